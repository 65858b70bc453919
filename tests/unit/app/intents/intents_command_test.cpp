#include "base/json.hpp"
#include "support/temp_folder.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <sys/wait.h>

namespace rondo {
namespace {
constexpr const char* kRows =
    "你好\tgreeting\n您好，张经理\tgreeting\nhello there\tgreeting\ngood morning\tgreeting\n"
    "多少钱\tprice\n这个价格是多少\tprice\nhow much does it cost\tprice\nwhat is the price\tprice\n"
    "宇宙飞船\toos\nthe weather on mars\toos\n";

/// The program itself, run in a folder of its own.
class IntentsCommand : public testing::Test {
protected:
    void write(const std::string& name, const std::string& bytes) { std::ofstream{folder_.path() / name, std::ios::binary} << bytes; }
    std::string read(const std::string& name) {
        std::ifstream in{folder_.path() / name, std::ios::binary};
        return {std::istreambuf_iterator<char>{in}, {}};
    }
    /// Its exit code; what it said is in out_ and err_.
    int run(const std::string& arguments) {
        const std::string line = "cd '" + folder_.path().string() + "' && '" RONDO_BINARY "' intents " + arguments + " >.out 2>.err";
        const int status = std::system(line.c_str());
        out_ = read(".out");
        err_ = read(".err");
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }
    int train(const std::string& rows) {
        write("rows.tsv", rows);
        return run("train rows.tsv -o m.model");
    }

    support::TempFolder folder_;
    std::string out_, err_;
};

TEST_F(IntentsCommand, TrainsAndEvaluates) {
    ASSERT_EQ(train(kRows), 0) << err_;
    EXPECT_THAT(out_, testing::HasSubstr("2 labels and out of scope from 10 rows"));
    EXPECT_EQ(err_, "") << "no progress where no terminal is";
    ASSERT_EQ(run("eval m.model rows.tsv --json"), 0) << err_;
    const auto figures = boost::json::parse(out_).as_object();
    std::vector<std::string> keys;
    for (const auto& figure : figures) keys.emplace_back(figure.key());
    EXPECT_THAT(keys, testing::ElementsAre("n", "accuracy", "macro_f1", "oos_auroc", "ece", "us_per_text", "model_bytes"));
    EXPECT_EQ(figures.at("n").to_number<int>(), 10);
    EXPECT_EQ(figures.at("accuracy").to_number<double>(), 1.0);
    EXPECT_EQ(figures.at("oos_auroc").to_number<double>(), 1.0);
    EXPECT_EQ(figures.at("model_bytes").to_number<std::size_t>(), read("m.model").size());
}

TEST_F(IntentsCommand, TheSameRowsGiveTheSameModel) {
    ASSERT_EQ(train(kRows), 0);
    const std::string first = read("m.model");
    ASSERT_EQ(train(kRows), 0);
    EXPECT_EQ(read("m.model"), first);
    ASSERT_EQ(run("train rows.tsv -o other.model --seed 2"), 0);
    EXPECT_NE(read("other.model"), first);
}

TEST_F(IntentsCommand, ReportsForPeople) {
    ASSERT_EQ(train(kRows), 0);
    write("held.tsv", "hello\tprice\nhello there\tprice\n多少钱\trefund\n");
    ASSERT_EQ(run("eval m.model held.tsv"), 0);
    EXPECT_THAT(out_, testing::HasSubstr("     2  price -> greeting\n"));
    EXPECT_THAT(err_, testing::HasSubstr("held.tsv: line 3: the model has no label refund"));
    ASSERT_EQ(run("eval m.model held.tsv --json"), 0);
    EXPECT_TRUE(boost::json::parse(out_).at("oos_auroc").is_null());
}

TEST_F(IntentsCommand, NamesEveryBadLineAndWritesNoModel) {
    EXPECT_EQ(train("hello\tgreeting\nno tab\n\tno text\n"), 1);
    EXPECT_THAT(err_, testing::HasSubstr("rows.tsv: 2 faulty lines"));
    EXPECT_THAT(err_, testing::HasSubstr("line 2: has no tab"));
    EXPECT_THAT(err_, testing::HasSubstr("line 3: has no text"));
    EXPECT_EQ(train("hello\tgreeting\n？？\tgreeting\n"), 1);
    EXPECT_THAT(err_, testing::HasSubstr("line 2: has neither letters nor ideographs"));
    EXPECT_EQ(train("hello\toos\n"), 1);
    EXPECT_THAT(err_, testing::HasSubstr("every row is oos"));
    EXPECT_FALSE(std::filesystem::exists(folder_.path() / "m.model"));
}

TEST_F(IntentsCommand, RefusesWhatIsNoModel) {
    ASSERT_EQ(train(kRows), 0);
    write("cut.model", read("m.model").substr(0, 100));
    EXPECT_EQ(run("eval cut.model rows.tsv"), 1);
    EXPECT_THAT(err_, testing::HasSubstr("cut.model: the stored classifier is damaged; train it again"));
}

TEST_F(IntentsCommand, RefusesAModelOfAnotherVersion) {
    ASSERT_EQ(train(kRows), 0);
    std::string bytes = read("m.model");
    bytes[4] = 1;
    std::uint64_t hash = 0xCBF29CE484222325ULL;  // FNV-1a, the format's checksum
    for (std::size_t i = 0; i + 8 < bytes.size(); ++i) hash = (hash ^ static_cast<unsigned char>(bytes[i])) * 0x100000001B3ULL;
    for (std::size_t i = 0; i < 8; ++i) bytes[bytes.size() - 8 + i] = static_cast<char>(hash >> (8 * i));
    write("old.model", bytes);
    EXPECT_EQ(run("eval old.model rows.tsv"), 1);
    EXPECT_THAT(err_, testing::HasSubstr("old.model: the stored classifier has another format version; train it again"));
}

TEST_F(IntentsCommand, LeavesNothingBehindWhenTheModelCannotBeWritten) {
    write("rows.tsv", kRows);
    EXPECT_EQ(run("train rows.tsv -o nowhere/m.model"), 1);
    EXPECT_THAT(err_, testing::HasSubstr("cannot write nowhere/m.model: nowhere is no folder"));
    std::filesystem::create_directory(folder_.path() / "taken");
    EXPECT_EQ(run("train rows.tsv -o taken"), 1);
    EXPECT_THAT(err_, testing::HasSubstr("cannot write taken"));
    for (const auto& entry : std::filesystem::directory_iterator{folder_.path()}) EXPECT_NE(entry.path().extension(), ".tmp");
}

TEST_F(IntentsCommand, WrongUsageIsTwo) {
    for (const char* arguments : {"", "train", "train missing.tsv -o m.model", "eval", "train --what"})
        EXPECT_EQ(run(arguments), 2) << arguments;
    EXPECT_EQ(run("train --help"), 0);
    EXPECT_THAT(out_, testing::HasSubstr("Examples:"));
}
}  // namespace
}  // namespace rondo
