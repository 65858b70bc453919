#include "engine/llm/prompt_layout.hpp"

#include <gtest/gtest.h>

namespace rondo::llm {
namespace {
/// A block of `tokens` tokens: each ideograph is one.
SystemBlock block(int tokens, bool fixed = true) {
    std::string text;
    for (int i = 0; i < tokens; ++i) text += "字";
    return {std::make_shared<const std::string>(std::move(text)), fixed};
}

/// "10* 7 | 3": tokens of each fixed block, * for a mark; behind the bar the bytes of what changes, in ideographs.
std::string shape(const PromptLayout& layout) {
    constexpr std::size_t kIdeographBytes = 3;
    const auto count = [](std::string text) {
        for (auto at = text.find("\n\n"); at != std::string::npos; at = text.find("\n\n")) text.erase(at, 2);
        return std::to_string(text.size() / kIdeographBytes);
    };
    std::string all;
    for (const auto& each : layout.fixed) all += (all.empty() ? "" : " ") + count(each.text) + (each.cache ? "*" : "");
    return layout.changing.empty() ? all : all + " | " + count(layout.changing);
}

struct Row {
    const char* claim;
    std::vector<SystemBlock> system;
    LayoutRule rule;
    const char* laid_out;
};
class Layout : public testing::TestWithParam<Row> {};
TEST_P(Layout, PutsWhatIsFixedFirst) {
    EXPECT_EQ(shape(lay_out({.model = {}, .system = GetParam().system}, GetParam().rule)), GetParam().laid_out) << GetParam().claim;
}
const LayoutRule kTen{.minimum = Tokens{10}};
INSTANTIATE_TEST_SUITE_P(Llm, Layout, testing::Values(
    Row{"no instructions",                                   {}, kTen, ""},
    Row{"below the minimum: no mark",                        {block(9)}, kTen, "9"},
    Row{"at the minimum: a mark",                            {block(10)}, kTen, "10*"},
    Row{"small blocks are merged to pass it",                {block(4), block(4), block(4)}, kTen, "12*"},
    Row{"small blocks that do not pass it",                  {block(4), block(4)}, kTen, "8"},
    Row{"a long one stands alone, so others can share it",   {block(20), block(12)}, kTen, "20* 12*"},
    Row{"a short rest joins the last",                       {block(20), block(3)}, kTen, "23*"},
    Row{"a short beginning joins the next",                  {block(3), block(20)}, kTen, "23*"},
    Row{"at most four marks, the last ones",                 {block(10), block(10), block(10), block(10), block(10)}, kTen, "10 10* 10* 10* 10*"},
    Row{"no marks allowed",                                  {block(10)}, {.minimum = Tokens{10}, .max_marks = 0}, "10"},
    Row{"what changes goes behind, wherever it was",         {block(5, false), block(10)}, kTen, "10* | 5"},
    Row{"what changes does not count",                       {block(9), block(5, false)}, kTen, "9 | 5"},
    Row{"empty blocks are none",                             {block(0), block(10)}, kTen, "10*"},
    Row{"the default minimum is the providers'",             {block(1'023)}, {}, "1023"},
    Row{"which 1,024 tokens pass",                           {block(1'024)}, {}, "1024*"}));

TEST(Layout, ToolsCountTowardsTheFirstBeginning) {
    const ModelRequest request{
        .model = {}, .system = {block(5)}, .tools = {{.name = "look", .description = "find it now", .parameters = ""}}};
    EXPECT_EQ(shape(lay_out(request, {.minimum = Tokens{9}})), "5*");
    EXPECT_EQ(shape(lay_out(request, {.minimum = Tokens{10}})), "5");
}

TEST(Layout, SourcesAreToldLastInTheLanguageOfTheConversation) {
    ModelRequest request{.model = {}, .system = {block(1)}, .sources = {"Light scatters.", "Air is thin."}};
    EXPECT_EQ(lay_out(request).joined(), "字\n\nSources, best first:\n[1] Light scatters.\n[2] Air is thin.");
    request.language = "zh";
    EXPECT_EQ(lay_out(request).joined(), "字\n\n资料（最相关的在前）：\n[1] Light scatters.\n[2] Air is thin.");
}
}  // namespace
}  // namespace rondo::llm
