#include "rules.hpp"

#include <gtest/gtest.h>

namespace rondo::tidy {
namespace {
const File kBase{"src/base/CMakeLists.txt", "rondo_module(base\n    SOURCES a.cpp)\n"};
const File kStore{"src/platform/store/CMakeLists.txt", "rondo_module(store ASIO\n    SOURCES a.cpp # USES turn\n    USES base)\n"};
const File kTurn{"src/talk/turn/CMakeLists.txt", "rondo_module(turn\n    SOURCES a.cpp\n    USES store\n    LIBS fmt::fmt)\n"};

std::string lines(std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += "x\n";
    return text;
}

/// A repository in small: the three modules above with their READMEs and headers, and the row's own files.
std::vector<File> tree_with(std::vector<File> own) {
    std::vector<File> files{kBase, kStore, kTurn};
    for (const Module& module : modules_of(files)) files.push_back({module.folder + "/README.md", "x\n"});
    files.push_back({"src/base/words.hpp", "#pragma once\n"});
    files.push_back({"src/platform/store/store.hpp", "#pragma once\n#include \"base/words.hpp\"\n"});
    files.push_back({"src/talk/turn/turn.hpp", "#pragma once\n"});
    std::ranges::move(own, std::back_inserter(files));
    return files;
}

struct Row {
    const char* claim;
    std::vector<File> own;
    const char* place;    // of the only finding; null: there is none
    const char* message;  // a part of it
};
class Rules : public testing::TestWithParam<Row> {};

TEST_P(Rules, Find) {
    const Row& row = GetParam();
    const auto found = check_all(tree_with(row.own));
    if (row.place == nullptr) {
        EXPECT_TRUE(found.empty()) << row.claim << ": " << found.front().place << ": " << found.front().message;
        return;
    }
    ASSERT_EQ(found.size(), 1U) << row.claim;
    EXPECT_EQ(found[0].place, row.place) << row.claim;
    EXPECT_NE(found[0].message.find(row.message), std::string::npos) << row.claim << ": " << found[0].message;
}

std::vector<File> turn_file(std::string text) { return {{"src/talk/turn/a.cpp", std::move(text)}}; }
const char* const kTurnLine2 = "src/talk/turn/a.cpp:2";

INSTANTIATE_TEST_SUITE_P(Includes, Rules, testing::Values(
    Row{"a used module may be included",           turn_file("#include \"platform/store/store.hpp\"\n"),           nullptr, ""},
    Row{"so may what it uses in turn",             turn_file("#include \"base/words.hpp\"\n"),                     nullptr, ""},
    Row{"a higher module may not",                 {{"src/platform/store/a.cpp", "#include \"talk/turn/turn.hpp\"\n"}}, "src/platform/store/a.cpp:1", "USES do not reach turn"},
    Row{"not even with spaces around the mark",    {{"src/base/a.cpp", "\n#  include \"platform/store/store.hpp\"\n"}}, "src/base/a.cpp:2", "USES do not reach store"},
    Row{"a commented include is none",             {{"src/base/a.cpp", "// #include \"talk/turn/turn.hpp\"\n"}},   nullptr, ""},
    Row{"includes are rooted at src/",             turn_file("\n#include \"turn.hpp\"\n"),                         kTurnLine2, "rooted at src/"},
    Row{"a generated header belongs to nobody",    turn_file("#include \"version.hpp\"\n"),                        nullptr, ""}));

INSTANTIATE_TEST_SUITE_P(RawForms, Rules, testing::Values(
    Row{"the monotonic clock",                     turn_file("\nauto t = std::chrono::steady_clock::now();\n"),    kTurnLine2, "rondo::Clock"},
    Row{"the wall clock",                          turn_file("\nusing W = std::chrono::system_clock;\n"),          kTurnLine2, "rondo::Clock"},
    Row{"the third clock",                         turn_file("\nusing namespace std::chrono; high_resolution_clock c;\n"), kTurnLine2, "rondo::Clock"},
    Row{"C's time",                                turn_file("\nauto t = ::time(nullptr);\n"),                     kTurnLine2, "raw time"},
    Row{"C's time in std",                         turn_file("\nauto t = std::time (nullptr);\n"),                 kTurnLine2, "raw time"},
    Row{"somebody else's time is not C's",         turn_file("auto t = event.time() + row::time(1) + time(2);\n"), nullptr, ""},
    Row{"gettimeofday",                            turn_file("\ngettimeofday(&tv, nullptr);\n"),                   kTurnLine2, "gettimeofday"},
    Row{"clock_gettime",                           turn_file("\nclock_gettime(CLOCK_MONOTONIC, &ts);\n"),          kTurnLine2, "clock_gettime"},
    Row{"an Asio timer on the system's clock",     turn_file("\nasio::steady_timer t{ex};\n"),                     kTurnLine2, "rondo::Timer"},
    Row{"a random device",                         turn_file("\nstd::random_device d;\n"),                         kTurnLine2, "rondo::Rng"},
    Row{"the Mersenne twister",                    turn_file("\nstd::mt19937_64 g{1};\n"),                         kTurnLine2, "rondo::Rng"},
    Row{"rand()",                                  turn_file("\nint r = rand();\n"),                               kTurnLine2, "rondo::Rng"},
    Row{"a member called rand is not it",          turn_file("int r = dice.rand() + operand(1);\n"),               nullptr, ""},
    Row{"a thread",                                turn_file("\nstd::thread t{work};\n"),                          kTurnLine2, "raw thread"},
    Row{"a joining thread",                        turn_file("\nstd::jthread t{work};\n"),                         kTurnLine2, "raw jthread"},
    Row{"std::async",                              turn_file("\nauto f = std::async(work);\n"),                    kTurnLine2, "co_spawn"},
    Row{"the number of cores is no thread",        turn_file("auto n = std::thread::hardware_concurrency();\n"),   nullptr, ""},
    Row{"a sleep",                                 turn_file("\nstd::this_thread::sleep_for(1s);\n"),              kTurnLine2, "rondo::pause"},
    Row{"platform may hold threads",               {{"src/platform/store/a.cpp", "std::thread t{work};\n"}},       nullptr, ""},
    Row{"a comment is not code",                   turn_file("// not std::thread\n/* rand() \n rand() */\n"),      nullptr, ""},
    Row{"nor is a string",                         turn_file("auto s = \"rand()\\\" rand()\"; auto r = R\"(rand() \")\";\n"), nullptr, ""},
    Row{"digit separators open no character",      turn_file("int a = 1'000;\nint b = rand() + 2'000;\n"),         kTurnLine2, "rondo::Rng"}));

INSTANTIATE_TEST_SUITE_P(Form, Rules, testing::Values(
    Row{"one long file in four is too many",       turn_file(lines(401)),                                          "src", "1 of 4"},
    Row{"a module needs a README",                 {{"src/engine/flow/CMakeLists.txt", "rondo_module(flow SOURCES a.cpp)"}}, "src/engine/flow", "no README.md"},
    Row{"a path of somebody's machine",            {{"docs/a.md", "see\n\"" + std::string{"/"} + "home/ada/x\"\n"}}, "docs/a.md:2", "somebody's machine"},
    Row{"an address with such a part is none",     {{"docs/a.md", "https://example.org/" + std::string{"home/x\n"}}}, nullptr, ""}));

TEST(Beast, FourUnitsMaySeeItAndAFifthMayNotEvenThroughAHeader) {
    std::vector<File> own{{"src/platform/store/http.hpp", "#include <boost/beast/http.hpp>\n"}};
    for (const char* name : {"a", "b", "c"})
        own.push_back({"src/platform/store/" + std::string{name} + ".cpp", "#include <boost/beast.hpp>\n"});
    own.push_back({"src/platform/store/d.cpp", "#include \"platform/store/http.hpp\"\n"});
    EXPECT_TRUE(check_all(tree_with(own)).empty());
    own.push_back({"src/platform/store/e.cpp", "#include \"platform/store/http.hpp\"\n"});
    const auto found = check_beast_units(tree_with(own));
    ASSERT_EQ(found.size(), 1U);
    EXPECT_NE(found[0].message.find("5 units see Beast"), std::string::npos);
}

TEST(Lengths, OneInTenMayBeLong) {
    std::vector<File> files(9, File{"src/a.cpp", lines(10)});
    files.push_back({"src/b.ts", lines(401)});
    EXPECT_TRUE(check_lengths(files).empty());
    files.front().text = lines(401);
    EXPECT_EQ(check_lengths(files).size(), 1U);
    files.front().text = lines(1001);
    EXPECT_EQ(check_lengths(files).front().message, "has more than 1000 lines");
}

TEST(Lengths, CountsLinesAndRanks) {
    std::vector<File> files;
    for (std::size_t i = 1; i <= 10; ++i) files.push_back({"web/src/a.tsx", lines(i)});
    files.push_back({"docs/a.md", lines(5000)});
    const Lengths lengths = lengths_of(files);
    EXPECT_EQ(lengths.files, 10U);
    EXPECT_EQ(lengths.median, 5U);
    EXPECT_EQ(lengths.p90, 9U);
    EXPECT_EQ(lengths.longest, 10U);
    EXPECT_EQ(line_count("no break at the end"), 1U);
}
}  // namespace
}  // namespace rondo::tidy
