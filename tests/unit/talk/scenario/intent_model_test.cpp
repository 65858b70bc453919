#include "pack_fixture.hpp"
#include "talk/scenario/intent_model.hpp"

namespace rondo::scenario {
namespace {
class IntentModelTest : public testing::Test {
protected:
    IntentModelTest() : pack_{folder_.load()}, cache_{folder_.root() / "models"} {}
    IntentModel load() { return IntentModel::load_or_train(*pack_, cache_).value(); }

    PackFolder folder_;
    std::shared_ptr<const ScenarioPack> pack_;
    std::filesystem::path cache_;
};

TEST_F(IntentModelTest, TrainsOnceAndThenReadsItsCache) {
    EXPECT_TRUE(load().trained());
    EXPECT_TRUE(std::filesystem::exists(IntentModel::cache_file(*pack_, cache_)));
    const IntentModel cached = load();
    EXPECT_FALSE(cached.trained());
    EXPECT_EQ(cached.classify("hello").intent, "hello");
    for (const auto& entry : std::filesystem::directory_iterator{cache_})
        EXPECT_NE(entry.path().extension(), ".tmp") << "nothing half-written is left";
}

TEST_F(IntentModelTest, ADamagedCacheIsTrainedAgain) {
    ASSERT_TRUE(load().trained());
    const auto file = IntentModel::cache_file(*pack_, cache_);
    for (const std::string& damage : {std::string{}, std::string{"x"}, std::string(5'000, '\0')}) {
        std::ofstream{file, std::ios::binary | std::ios::trunc} << damage;
        EXPECT_TRUE(load().trained());
        EXPECT_FALSE(load().trained()) << "and repaired";
    }
}

/// Format version 1 as an older server left it: magic, version, sizes; the checksum (FNV-1a) is right.
TEST_F(IntentModelTest, ACacheOfAnOlderFormatIsTrainedAgain) {
    std::string old{"RLIN\1\0\0\0\x16\0\0\0\2\0\0\0\0\0\0\0", 20};
    std::uint64_t hash = 0xCBF29CE484222325ULL;
    for (const char byte : old) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001B3ULL;
    for (int i = 0; i < 8; ++i) old.push_back(static_cast<char>(hash >> (8 * i)));
    ASSERT_EQ(text::LinearClassifier::deserialize(old).error().code, Code::failed_precondition);
    ASSERT_TRUE(load().trained());
    std::ofstream{IntentModel::cache_file(*pack_, cache_), std::ios::binary | std::ios::trunc} << old;
    EXPECT_TRUE(load().trained());
    EXPECT_FALSE(load().trained()) << "and replaced";
}

TEST_F(IntentModelTest, OtherExamplesHaveAnotherCacheOtherLinesDoNot) {
    const auto file = IntentModel::cache_file(*pack_, cache_);
    folder_.spoil("So long.", "Farewell.");
    EXPECT_EQ(IntentModel::cache_file(*folder_.load(), cache_), file);
    folder_.spoil("good morning", "good evening");
    EXPECT_NE(IntentModel::cache_file(*folder_.load(), cache_), file);
}

TEST_F(IntentModelTest, WorksWithoutACache) {
    const auto model = IntentModel::load_or_train(*pack_, {});
    ASSERT_TRUE(model);
    EXPECT_TRUE(model->trained());
    folder_.write("plain", "a file where the folder should be");
    EXPECT_TRUE(IntentModel::load_or_train(*pack_, folder_.path() / "plain" / "models")) << "an unwritable cache is no failure";
}

TEST_F(IntentModelTest, AnExampleIsItsIntentHoweverItIsSpelled) {
    const IntentModel model = load();
    for (const char* text : {"hi there", "Hi There!", "ＨＩ　ｔｈｅｒｅ", "hi there..."}) {
        const auto verdict = model.classify(text);
        EXPECT_EQ(verdict.intent, "hello") << text;
        EXPECT_EQ(verdict.confidence, 1.0);
        EXPECT_FALSE(verdict.out_of_scope);
    }
    const auto verdict = model.classify("");
    EXPECT_EQ(verdict.out_of_scope, verdict.intent == kOutOfScope) << "the name and the flag agree";
}
}  // namespace
}  // namespace rondo::scenario
