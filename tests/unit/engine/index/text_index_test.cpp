#include "engine/index/text_index.hpp"

#include "base/rng.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace rondo::index {
namespace {
TextIndex sample() {
    TextIndex index;
    index.add({"price", "价格", "标准版每年三千元，企业版按人数报价。付款后三个工作日内开通。"});
    index.add({"warranty", "保修", "硬件保修两年，人为损坏不在保修范围。维修期间提供备用机。"});
    index.add({"api", "API", "The public API has rate limits. Batteries are not included; ask sales for prices of API plans."});
    index.add({"security", "Security", "Data is encrypted at rest. Backups are kept for thirty days."});
    index.add({"delivery", "交付", "交付周期约两周，由实施顾问上门培训。"});
    return index;
}

struct Row {
    const char* claim;
    std::string query;
    std::string best;
};  // best "": nothing is found

class Search : public testing::TestWithParam<Row> {};
TEST_P(Search, RanksFirst) {
    const TextIndex index = sample();
    const auto hits = index.search(GetParam().query, 3);
    EXPECT_EQ(hits.empty() ? "" : index.document(hits.front().doc).id, GetParam().best) << GetParam().claim;
}

INSTANTIATE_TEST_SUITE_P(TextIndex, Search, testing::Values(
    Row{"one ideograph",                               "钱",              ""},
    Row{"one ideograph that occurs",                   "元",              "price"},
    Row{"two ideographs",                              "保修",            "warranty"},
    Row{"two ideographs in the midst of a word",       "修范",            "warranty"},
    Row{"a question",                                  "你们的保修多长时间？", "warranty"},
    Row{"a paraphrase that shares only single ones",   "款项怎么付",       "price"},
    Row{"a word in any case and width",                "ＢＡＣＫＵＰＳ",    "security"},
    Row{"a singular finds the plural",                 "battery",         "api"},
    Row{"a title",                                     "交付",            "delivery"},
    Row{"a mixed query",                               "API 价格 prices", "api"},
    Row{"nothing in common",                           "xyzzy",           ""},
    Row{"an empty query",                              "",                ""},
    Row{"marks alone",                                 "？！",             ""},
    Row{"malformed bytes",                             "\xE4\xFF",        ""}));

TEST(TextIndex, AnEmptyIndexFindsNothing) {
    const TextIndex index;
    EXPECT_TRUE(index.search("anything", 5).empty());
    EXPECT_EQ(index.size(), 0U);
}

TEST(TextIndex, ReturnsAtMostKBestFirst) {
    const TextIndex index = sample();
    const auto all = index.search("两年两周 the", 10);
    ASSERT_GE(all.size(), 3U);
    for (std::size_t i = 1; i < all.size(); ++i) EXPECT_GE(all[i - 1].score, all[i].score);
    const auto two = index.search("两年两周 the", 2);
    ASSERT_EQ(two.size(), 2U);
    EXPECT_EQ(two[0].doc, all[0].doc);
    EXPECT_EQ(two[1].doc, all[1].doc);
    EXPECT_TRUE(index.search("两年两周 the", 0).empty());
}

TEST(TextIndex, EqualDocumentsKeepTheirOrder) {
    TextIndex index;
    for (int i = 0; i < 4; ++i) index.add({std::to_string(i), "", "the same text"});
    const auto hits = index.search("text", 4);
    ASSERT_EQ(hits.size(), 4U);
    for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(hits[i].doc, i);
}

/// The hand-worked BM25 of one term: idf = ln(1 + (N - n + 0.5) / (n + 0.5)), N = 2, n = 1, lengths 2 and 4, tf 1.
TEST(TextIndex, ScoresByTheFormula) {
    TextIndex index;
    index.add({"a", "", "red apple"});
    index.add({"b", "", "green pear blue plum"});
    const auto hits = index.search("apple", 1);
    ASSERT_EQ(hits.size(), 1U);
    EXPECT_NEAR(hits[0].score, 0.693147 * 2.2 / (1 + 1.2 * (0.25 + 0.75 * 2 / 3)), 1e-5);
    EXPECT_NEAR(hits[0].coverage, 1, 1e-6);
}

TEST(TextIndex, RarityRepetitionTitleAndBrevityCount) {
    TextIndex index;
    index.add({"common", "", "plan plan plan other words here"});
    index.add({"rare", "", "plan quota other words here now"});
    index.add({"long", "", "quota and a great many other words that have nothing to do with it"});
    index.add({"title", "quota", "other words here now then"});
    const auto best = [&index](std::string_view query) { return index.document(index.search(query, 1).front().doc).id; };
    EXPECT_EQ(best("plan quota"), "rare") << "both words beat one repeated";
    EXPECT_EQ(best("plan"), "common") << "repetition counts";
    EXPECT_EQ(best("quota"), "title") << "a title counts double";
    const auto quota = index.search("quota", 4);
    EXPECT_EQ(index.document(quota.back().doc).id, "long") << "a match in a long text says less";
}

TEST(TextIndex, CoverageIsTheShareOfTheQueryThatWasFound) {
    const TextIndex index = sample();
    EXPECT_NEAR(index.search("保修", 1).front().coverage, 1, 1e-5);
    const double half = index.search("encrypted unicorns", 1).front().coverage;
    EXPECT_GT(half, 0.2);
    EXPECT_LT(half, 0.6);
    EXPECT_LT(index.search("元宇宙飞船什么时候起飞", 1).front().coverage, 0.1) << "one shared ideograph is not a match";
}

TEST(TextIndex, TheSnippetShowsTheMatch) {
    TextIndex index;
    std::string text;
    for (int i = 0; i < 50; ++i) text += "这里是一些无关的说明文字。";
    index.add({"long", "", text + "退款在七天内到账。" + text});
    const auto hits = index.search("退款多久到账", 1);
    ASSERT_EQ(hits.size(), 1U);
    EXPECT_NE(hits[0].snippet.find("退款在七天内到账"), std::string::npos) << hits[0].snippet;
    EXPECT_LT(hits[0].snippet.size(), 260U);
}

TEST(TextIndex, ATitleMatchShowsTheBeginning) {
    TextIndex index;
    index.add({"t", "Refunds", "Money comes back within a week."});
    EXPECT_EQ(index.search("refund", 1).front().snippet, "Money comes back within a week.");
}

TEST(TextIndex, KeepsItsBounds) {
    TextIndex index{{.max_document_bytes = 10, .max_query_bytes = 8}};
    index.add({"a", "", "one two three"});
    EXPECT_TRUE(index.search("three", 1).empty()) << "beyond max_document_bytes";
    EXPECT_TRUE(index.search("xxxxxxx two", 1).empty()) << "beyond max_query_bytes";
    EXPECT_EQ(index.search("two", 1).size(), 1U);
}

/// Any one or two ideographs that stand together in a text find it.
TEST(TextIndex, FindsEveryShortSubstring) {
    constexpr std::u32string_view kAlphabet = U"多少钱的产品价格功能保修";
    Rng rng{9};
    TextIndex index;
    std::vector<std::vector<char32_t>> texts;
    const auto utf8 = [](std::span<const char32_t> chars) {
        std::string out;
        for (const char32_t c : chars) {
            out += static_cast<char>(0xE0 | (c >> 12U));
            out += static_cast<char>(0x80 | ((c >> 6U) & 0x3FU));
            out += static_cast<char>(0x80 | (c & 0x3FU));
        }
        return out;
    };
    for (int doc = 0; doc < 40; ++doc) {
        std::vector<char32_t> chars;
        for (std::uint64_t n = 1 + rng.below(12); n > 0; --n) chars.push_back(kAlphabet[rng.below(kAlphabet.size())]);
        index.add({std::to_string(doc), "", utf8(chars)});
        texts.push_back(chars);
    }
    for (const auto& text : texts) {
        for (std::size_t from = 0; from < text.size(); ++from) {
            for (std::size_t length = 1; length <= 2 && from + length <= text.size(); ++length) {
                const auto wanted = std::span{text}.subspan(from, length);
                std::set<std::size_t> found;
                for (const Hit& hit : index.search(utf8(wanted), 40)) found.insert(hit.doc);
                for (std::size_t doc = 0; doc < texts.size(); ++doc) {
                    const bool holds = !std::ranges::search(texts[doc], wanted).empty();
                    EXPECT_TRUE(!holds || found.contains(doc));
                }
            }
        }
    }
}

TEST(TextIndex, ManyThreadsMaySearch) {
    const TextIndex index = sample();
    const auto expected = index.search("企业版价格", 3);
    std::vector<std::thread> threads;
    std::atomic<int> wrong{0};
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int n = 0; n < 200; ++n) {
                const auto hits = index.search("企业版价格", 3);
                if (hits.size() != expected.size() || hits[0].doc != expected[0].doc || hits[0].snippet != expected[0].snippet) ++wrong;
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(wrong, 0);
}
}  // namespace
}  // namespace rondo::index
