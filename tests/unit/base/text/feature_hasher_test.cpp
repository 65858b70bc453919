#include "base/text/feature_hasher.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

namespace rondo::text {
namespace {
std::vector<Feature> features(std::string_view text, FeatureHasher::Config config = {}) {
    std::vector<Feature> out{{7, 7}};  // what was there is replaced
    FeatureHasher{config}.features(text, out);
    return out;
}

double cosine(std::string_view a, std::string_view b) {
    double dot = 0;
    for (const Feature& x : features(a)) {
        for (const Feature& y : features(b)) {
            if (x.bucket == y.bucket) dot += x.value * y.value;
        }
    }
    return dot;
}

struct Row {
    const char* claim;
    std::string text;
    std::size_t count;
};

class FeatureCount : public testing::TestWithParam<Row> {};
TEST_P(FeatureCount, Counts) { EXPECT_EQ(features(GetParam().text).size(), GetParam().count) << GetParam().claim; }

INSTANTIATE_TEST_SUITE_P(FeatureHasher, FeatureCount, testing::Values(
    Row{"nothing",                                                       "",         0},
    Row{"marks alone",                                                   "?!… 😀",   0},
    Row{"malformed bytes alone",                                         "\xFF\x80", 0},
    Row{"one ideograph",                                                 "好",       1},
    Row{"three ideographs: three singles, two pairs",                    "多少钱",   5},
    Row{"a mark parts a pair",                                           "好，的",   2},
    Row{"a one-letter word: itself, ' a', 'a ' and ' a '",               "a",        4},
    Row{"a two-letter word: itself and the grams of ' ab ' (3 + 2 + 1)", "ab",       7},
    Row{"two words: 2 words, a pair, a near pair, grams of ' a b ' (4 + 3 + 2)", "a b", 13},
    Row{"ideographs part words",                                         "a好b",     9}));

struct Same {
    const char* claim;
    std::string a, b;
    bool same;
};

class FeatureEquality : public testing::TestWithParam<Same> {};
TEST_P(FeatureEquality, Compares) { EXPECT_EQ(features(GetParam().a) == features(GetParam().b), GetParam().same) << GetParam().claim; }

INSTANTIATE_TEST_SUITE_P(FeatureHasher, FeatureEquality, testing::Values(
    Same{"width and case do not matter",       "ＰＲＩＣＥ？",  "price",   true},
    Same{"nor do marks and runs of spaces",    "how,  much?", "how much", true},
    Same{"nor do apostrophes",                 "don't",       "dont",    true},
    Same{"the order of words does",            "dog bites man", "man bites dog", false},
    Same{"the order of ideographs does",       "人工",         "工人",    false},
    Same{"a repeated word weighs more",        "no no yes",   "no yes",  false}));

TEST(FeatureHasher, VectorsHaveUnitLengthAndRisingBuckets) {
    for (const char* text : {"多少钱", "How much is the premium plan?", "a"}) {
        const auto vector = features(text);
        double squares = 0;
        for (const Feature& f : vector) squares += f.value * f.value;
        EXPECT_NEAR(squares, 1, 1e-5);
        EXPECT_TRUE(std::ranges::is_sorted(vector, {}, &Feature::bucket));
        EXPECT_EQ(std::ranges::adjacent_find(vector, {}, &Feature::bucket), vector.end());
        EXPECT_NEAR(cosine(text, text), 1, 1e-5);
    }
}

TEST(FeatureHasher, LikeTextsAreNearerThanUnlikeOnes) {
    EXPECT_GT(cosine("how much does it cost", "what does it cost"), 0.3);
    EXPECT_NEAR(cosine("how much does it cost", "good morning"), 0, 0.1);
    EXPECT_GT(cosine("你们的产品多少钱", "产品多少钱一个"), 0.3);
    EXPECT_NEAR(cosine("你们的产品多少钱", "今天下雨"), 0, 0.1);
}

TEST(FeatureHasher, SignsAreBothWays) {
    const auto vector = features("the quick brown fox jumps over the lazy dog");
    const auto negative = std::ranges::count_if(vector, [](const Feature& f) { return f.value < 0; });
    EXPECT_GT(negative, static_cast<std::ptrdiff_t>(vector.size() / 4));
    EXPECT_LT(negative, static_cast<std::ptrdiff_t>(vector.size() * 3 / 4));
}

TEST(FeatureHasher, KeepsToItsBucketsAndItsBytes) {
    for (const Feature& f : features("some words in few buckets", {.bits = 4})) EXPECT_LT(f.bucket, 16U);
    EXPECT_EQ(features("one two three", {.max_bytes = 7}), features("one two"));
    EXPECT_EQ(features("好好学", {.max_bytes = 8}), features("好好")) << "no half character";
}

/// Stored models depend on these numbers. If this test has to change, raise kVersion in linear_codec.cpp.
TEST(FeatureHasher, GivesWhatItGaveWhenModelsWereStored) {
    const std::vector<Feature> expected{
        {656665, 0.44721359F}, {1185284, -0.44721359F}, {2997251, -0.44721359F}, {3564310, 0.44721359F}, {4166685, 0.44721359F}};
    const auto vector = features("多少钱");
    EXPECT_EQ(features("a b").front().bucket, 24757U);
    ASSERT_EQ(vector.size(), expected.size());
    for (std::size_t i = 0; i < vector.size(); ++i) {
        EXPECT_EQ(vector[i].bucket, expected[i].bucket);
        EXPECT_FLOAT_EQ(vector[i].value, expected[i].value);
    }
}
}  // namespace
}  // namespace rondo::text
