#include "base/text/linear_classifier.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace rondo::text {
namespace {
using Example = LinearClassifier::Example;

const std::vector<std::string> kLabels{"greeting", "price", "features", "goodbye"};

/// As small as a scenario's intents, Chinese and English.
std::vector<Example> examples() {
    return {
        {"你好", 0},
        {"您好，张经理", 0},
        {"早上好", 0},
        {"下午好，很高兴见到您", 0},
        {"hello there", 0},
        {"good morning", 0},
        {"hi, nice to meet you", 0},
        {"你好，我是小李", 0},
        {"多少钱", 1},
        {"这个价格是多少", 1},
        {"一年要多少钱", 1},
        {"报价能发我吗", 1},
        {"how much does it cost", 1},
        {"what is the price", 1},
        {"价格太贵了", 1},
        {"is there a cheaper price", 1},
        {"你们的产品有什么功能", 2},
        {"有哪些功能", 2},
        {"产品支持哪些系统", 2},
        {"介绍一下你们的产品", 2},
        {"what can the product do", 2},
        {"which features do you have", 2},
        {"这个功能怎么用", 2},
        {"does the product support linux", 2},
        {"再见", 3},
        {"那我先走了，再见", 3},
        {"下次再聊", 3},
        {"goodbye", 3},
        {"see you next time", 3},
        {"bye bye", 3},
        {"今天就到这里", 3},
        {"回头见", 3},
    };
}

const LinearClassifier& small() {
    static const LinearClassifier classifier = LinearClassifier::train(kLabels, examples(), {}).value();
    return classifier;
}

struct Row {
    const char* claim;
    std::string text;
    int label;
    bool out_of_scope;
};

class Classify : public testing::TestWithParam<Row> {};
TEST_P(Classify, Says) {
    const auto said = small().classify(GetParam().text);
    EXPECT_EQ(said.out_of_scope, GetParam().out_of_scope)
        << GetParam().claim << ": score " << said.oos_score << ", confidence " << said.confidence;
    if (!GetParam().out_of_scope) EXPECT_EQ(said.label, GetParam().label) << GetParam().claim;
    EXPECT_GE(said.confidence, 1.0 / 4 - 1e-6);
    EXPECT_LE(said.confidence, 1.0);
    EXPECT_GE(said.oos_score, 0.0);
    EXPECT_LE(said.oos_score, 1.0);
}

INSTANTIATE_TEST_SUITE_P(LinearClassifier, Classify, testing::Values(
    Row{"an example",                                 "你好",                       0, false},
    Row{"an example with its mark",                   "你们的产品有什么功能？",       2, false},
    Row{"a paraphrase",                               "请问价格多少",                1, false},
    Row{"full-width capitals",                        "ＨＯＷ　ＭＵＣＨ is it",       1, false},
    Row{"an inflected word",                          "any other feature?",          2, false},
    Row{"nothing in common with any example",         "xyzzy plugh",                 0, true},
    Row{"nothing in common, in Chinese",              "宇宙飞船",                     0, true},
    Row{"another script",                             "Привет",                      0, true},
    Row{"nothing at all",                             "",                            0, true},
    Row{"marks alone",                                "？！……",                      0, true},
    Row{"malformed bytes",                            "\xFF\xFE\x80",                0, true},
    Row{"one known word in a strange text",           "zorb quux price frobnicate wibble wobble flarp", 1, true}));

TEST(LinearClassifier, LearnsItsExamples) {
    for (const Example& example : examples()) {
        const auto said = small().classify(example.text);
        EXPECT_EQ(said.label, example.label) << example.text;
        EXPECT_FALSE(said.out_of_scope) << example.text;
    }
}

TEST(LinearClassifier, IsAFunctionOfExamplesAndSeed) {
    const std::string bytes = small().serialize();
    EXPECT_EQ(LinearClassifier::train(kLabels, examples(), {})->serialize(), bytes);
    EXPECT_NE(LinearClassifier::train(kLabels, examples(), {.seed = 2})->serialize(), bytes);
}

TEST(LinearClassifier, OneLabelStillKnowsWhatIsStrange) {
    std::vector<Example> greetings = examples();
    std::erase_if(greetings, [](const Example& e) { return e.label != 0; });
    const auto one = LinearClassifier::train({"greeting"}, greetings, {});
    ASSERT_TRUE(one);
    EXPECT_FALSE(one->classify("你好").out_of_scope);
    EXPECT_TRUE(one->classify("xyzzy plugh").out_of_scope);
}

TEST(LinearClassifier, OneExampleALabelCannotBeHeldOut) {
    const std::vector<Example> two{{"hello", 0}, {"price", 1}};
    const auto tiny = LinearClassifier::train({"greeting", "price"}, two, {});
    ASSERT_TRUE(tiny);
    EXPECT_EQ(tiny->classify("hello").label, 0);
    EXPECT_EQ(tiny->classify("price").label, 1);
    EXPECT_FALSE(tiny->classify("price").out_of_scope);
    EXPECT_TRUE(tiny->classify("").out_of_scope);
}

/// Words drawn at random: a label's own word in most texts, another label's in some, so that nothing can be sure.
TEST(LinearClassifier, ConfidenceIsTheShareThatIsRight) {
    std::vector<Example> all;
    const std::vector<std::string> words{"alpha", "bravo", "charlie"};
    for (int i = 0; i < 900; ++i) {
        const int label = i % 3;
        const int told = i % 10 < 7 ? label : (label + 1) % 3;  // three texts in ten carry the next label's word
        all.push_back({words[static_cast<std::size_t>(told)] + " " + std::to_string(i), label});
    }
    const auto noisy = LinearClassifier::train({"a", "b", "c"}, all, {});
    ASSERT_TRUE(noisy);
    double sum = 0;
    for (int i = 900; i < 1'200; ++i) sum += noisy->classify(words[static_cast<std::size_t>(i % 3)] + " " + std::to_string(i)).confidence;
    EXPECT_NEAR(sum / 300, 0.7, 0.1);
}

TEST(LinearClassifier, ExamplesOfNoLabelAreRefused) {
    std::vector<Example> all = examples();
    for (const char* text :
         {"what is the weather", "天气怎么样", "how is the weather today", "今天天气好吗", "weather tomorrow", "明天的天气"})
        all.push_back({text, Example::kOutOfScope});
    const auto taught = LinearClassifier::train(kLabels, all, {});
    ASSERT_TRUE(taught);
    EXPECT_EQ(taught->labels(), kLabels);
    EXPECT_TRUE(taught->classify("the weather this week").out_of_scope);
    EXPECT_TRUE(taught->classify("北京的天气").out_of_scope);
    EXPECT_GT(taught->classify("今天天气好吗").oos_score, small().classify("今天天气好吗").oos_score);
    for (const Example& example : examples()) EXPECT_EQ(taught->classify(example.text).label, example.label) << example.text;
}

TEST(LinearClassifier, TellsItsProgress) {
    std::vector<double> told;
    ASSERT_TRUE(LinearClassifier::train(kLabels, examples(), {.progress = [&](double done) { told.push_back(done); }}));
    EXPECT_TRUE(std::ranges::is_sorted(told));
    EXPECT_GT(told.size(), 10U);
    EXPECT_GT(told.front(), 0.0);
    EXPECT_LE(told.back(), 1.0);
}

TEST(LinearClassifier, StaysBelowItsSize) {
    const auto full = LinearClassifier::train(kLabels, examples(), {});
    const auto lean = LinearClassifier::train(kLabels, examples(), {.max_model_bytes = 2'000});
    ASSERT_TRUE(full && lean);
    EXPECT_LT(lean->serialize().size(), 2'200U);
    EXPECT_LT(lean->memory_bytes(), full->memory_bytes());
    EXPECT_LT(full->memory_bytes(), 100'000U) << "what a scenario may cost";
}

struct Bad {
    const char* claim;
    std::vector<std::string> labels;
    std::vector<Example> examples;
    LinearClassifier::TrainConfig config;
    std::vector<std::string> paths;
};

class Refused : public testing::TestWithParam<Bad> {};
TEST_P(Refused, NamesEveryFault) {
    const auto result = LinearClassifier::train(GetParam().labels, GetParam().examples, GetParam().config);
    ASSERT_FALSE(result) << GetParam().claim;
    EXPECT_EQ(result.error().code, Code::invalid_argument);
    std::vector<std::string> paths;
    for (const Fault& fault : result.error().faults) paths.push_back(fault.path);
    EXPECT_EQ(paths, GetParam().paths) << GetParam().claim;
}

INSTANTIATE_TEST_SUITE_P(LinearClassifier, Refused, testing::Values(
    Bad{"no labels",                       {},         {},                                      {},                  {"labels"}},
    Bad{"labels without a name or twice",  {"", "a", "a"}, {{"x", 0}, {"y", 1}, {"z", 2}},      {},                  {"labels/0", "labels/2"}},
    Bad{"labels without examples",         {"a", "b"}, {{"x", 0}},                              {},                  {"labels/1"}},
    Bad{"labels that are none",            {"a"},      {{"x", 0}, {"y", 1}, {"z", -2}},         {},                  {"examples/1", "examples/2"}},
    Bad{"examples without a letter",       {"a"},      {{"x", 0}, {"？", 0}, {"", 0}},           {},                  {"examples/1", "examples/2"}},
    Bad{"settings out of range",           {"a"},      {{"x", 0}},  {.epochs = 0, .bits = 40, .in_scope_rejected = 0.9},
        {"epochs", "bits", "in_scope_rejected"}}));
}  // namespace
}  // namespace rondo::text
