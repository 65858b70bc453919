#include "engine/index/snippet.hpp"

#include "base/rng.hpp"
#include "base/text/utf8.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace rondo::index {
namespace {
std::string cut(const std::string& text, std::vector<Mark> marks) { return snippet(text, marks, kLeastSnippetBytes); }

Mark mark(const std::string& text, std::string_view word, std::uint32_t term, float weight = 1) {
    return {static_cast<std::uint32_t>(text.find(word)), term, weight};
}

std::string filler(int words) {
    std::string out;
    for (int i = 0; i < words; ++i) out += "filler ";
    return out;
}

TEST(Snippet, AShortTextIsShownWhole) { EXPECT_EQ(cut("  One\n\ntwo\tthree ", {}), "One two three"); }

TEST(Snippet, WithoutAMarkTheBeginningIsShown) {
    const std::string shown = cut(filler(30), {});
    EXPECT_TRUE(shown.starts_with("filler filler")) << shown;
    EXPECT_TRUE(shown.ends_with("filler…")) << shown;
}

TEST(Snippet, ShowsWhereMostTermsAreNear) {
    const std::string text = "apple " + filler(30) + "apple and pear " + filler(30) + "pear " + filler(30);
    std::vector<Mark> marks{
        mark(text, "apple", 0), mark(text, "apple and", 0), mark(text, "pear ", 1), {static_cast<std::uint32_t>(text.rfind("pear")), 1, 1}};
    const std::string shown = cut(text, marks);
    EXPECT_NE(shown.find("apple and pear"), std::string::npos) << shown;
    EXPECT_TRUE(shown.starts_with("…") && shown.ends_with("…")) << shown;
}

TEST(Snippet, AHeavyTermBeatsManyMarksOfALightOne) {
    const std::string text = "of of of of of " + filler(30) + "warranty " + filler(30);
    std::vector<Mark> marks{{0, 0, 0.1F}, {3, 0, 0.1F}, {6, 0, 0.1F}, {9, 0, 0.1F}, mark(text, "warranty", 1, 2)};
    EXPECT_NE(cut(text, marks).find("warranty"), std::string::npos);
}

TEST(Snippet, TheEarliestOfEqualsIsShown) {
    const std::string text = "first match " + filler(30) + "second match " + filler(30);
    EXPECT_TRUE(cut(text, {mark(text, "match", 0), {static_cast<std::uint32_t>(text.rfind("match")), 0, 1}}).starts_with("first match"));
}

TEST(Snippet, TheEndIsFilledUp) {
    const std::string text = filler(30) + "the very end";
    const std::string shown = cut(text, {mark(text, "end", 0)});
    EXPECT_TRUE(shown.ends_with("the very end")) << shown;
    EXPECT_GT(shown.size(), kLeastSnippetBytes / 2);
}

TEST(Snippet, NeverCutsACharacterAndStaysShort) {
    std::string text;
    for (int i = 0; i < 60; ++i) text += i % 7 == 0 ? "a" : "价格😀";
    for (std::size_t at = 0; at < text.size(); ++at) {
        const std::string shown = cut(text, {{static_cast<std::uint32_t>(at), 0, 1}});
        EXPECT_TRUE(text::valid_utf8(shown)) << at;
        EXPECT_LE(shown.size(), kLeastSnippetBytes + 30);
    }
}

TEST(Snippet, AcceptsAnyBytes) {
    Rng rng{5};
    for (int round = 0; round < 500; ++round) {
        std::string text;
        for (int i = 0; i < 300; ++i) text += static_cast<char>(0x80 + rng.below(round % 2 == 0 ? 0x40 : 0x80));
        EXPECT_LE(cut(text, {{static_cast<std::uint32_t>(rng.below(300)), 0, 1}}).size(), kLeastSnippetBytes + 30);
    }
}
}  // namespace
}  // namespace rondo::index
