#include "base/text/linear_classifier.hpp"

#include "base/rng.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace rondo::text {
namespace {
class LinearCodec : public testing::Test {
protected:
    LinearClassifier classifier_ = [] {
        const std::vector<LinearClassifier::Example> examples{{"你好", 0}, {"hello", 0}, {"多少钱", 1}, {"how much", 1}};
        return LinearClassifier::train({"greeting", "price"}, examples, {}).value();
    }();
    std::string bytes_ = classifier_.serialize();
};

/// FNV-1a as the format has it: lets the test damage what the checksum would otherwise hide.
void seal(std::string& bytes) {
    std::uint64_t hash = 0xCBF29CE484222325ULL;
    for (std::size_t i = 0; i + 8 < bytes.size(); ++i) hash = (hash ^ static_cast<unsigned char>(bytes[i])) * 0x100000001B3ULL;
    for (std::size_t i = 0; i < 8; ++i) bytes[bytes.size() - 8 + i] = static_cast<char>(hash >> (8 * i));
}

MATCHER(IsAVerdict, "one of two labels, with a probability") {
    return arg.label >= 0 && arg.label < 2 && arg.confidence >= 0 && arg.confidence <= 1 && !std::isnan(arg.oos_score);
}

TEST_F(LinearCodec, ReadsWhatItWrote) {
    const auto read = LinearClassifier::deserialize(bytes_);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->labels(), classifier_.labels());
    EXPECT_EQ(read->serialize(), bytes_);
    for (const char* text : {"你好", "多少", "hello world", "xyzzy", ""}) {
        const auto before = classifier_.classify(text);
        const auto after = read->classify(text);
        EXPECT_EQ(after.label, before.label);
        EXPECT_EQ(after.confidence, before.confidence);
        EXPECT_EQ(after.out_of_scope, before.out_of_scope);
    }
}

TEST_F(LinearCodec, RefusesEveryChangedByte) {
    for (std::size_t at = 0; at < bytes_.size(); ++at) {
        std::string changed = bytes_;
        changed[at] = static_cast<char>(changed[at] ^ 0x10);
        const auto read = LinearClassifier::deserialize(changed);
        ASSERT_FALSE(read) << "byte " << at;
        EXPECT_EQ(read.error().code, Code::data_loss);
    }
}

TEST_F(LinearCodec, RefusesEveryCutAndWhatIsTooLong) {
    for (std::size_t size = 0; size < bytes_.size(); ++size)
        EXPECT_FALSE(LinearClassifier::deserialize(std::string_view{bytes_}.substr(0, size)));
    EXPECT_FALSE(LinearClassifier::deserialize(bytes_ + "x"));
}

TEST_F(LinearCodec, NamesAnotherVersion) {
    bytes_[4] = 99;
    seal(bytes_);
    const auto read = LinearClassifier::deserialize(bytes_);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, Code::failed_precondition);
}

TEST_F(LinearCodec, RefusesNumbersThatWouldOverflow) {
    for (std::size_t at = 20; at < 44; at += 4) {  // temperature to idf of unknown features
        std::string absurd = bytes_;
        absurd.replace(at, 4, "\xFF\xFF\x7F\x7F", 4);  // the largest single
        seal(absurd);
        const auto read = LinearClassifier::deserialize(absurd);
        ASSERT_FALSE(read) << "byte " << at;
        EXPECT_EQ(read.error().code, Code::data_loss);
    }
}

/// A checksum proves nothing about who wrote the bytes: with a right one, any content is refused or usable.
TEST_F(LinearCodec, SurvivesForgedBytes) {
    Rng rng{11};
    int refused = 0;
    for (int round = 0; round < 5'000; ++round) {
        std::string forged = bytes_;
        const std::size_t reach = round % 2 == 0 ? 64 : forged.size();  // the sizes lie in front
        for (std::uint64_t n = 1 + rng.below(3); n > 0; --n) forged[rng.below(reach)] = static_cast<char>(rng.below(256));
        seal(forged);
        const auto read = LinearClassifier::deserialize(forged);
        if (!read) ++refused;
        else EXPECT_THAT(read->classify("你好 how much"), IsAVerdict());
    }
    EXPECT_GT(refused, 1'000);
}
}  // namespace
}  // namespace rondo::text
