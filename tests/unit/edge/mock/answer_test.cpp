#include "edge/mock/answer.hpp"

#include "base/text/token_counter.hpp"

#include <gtest/gtest.h>

namespace rondo::mock {
namespace {
std::string text_of(const Answer& answer) {
    std::string text;
    for (const auto& piece : answer.pieces) text += piece;
    return text;
}

Ask ask(std::string message, Chosen chosen = {}) {
    Ask made;
    made.message = std::move(message);
    made.chosen = chosen;
    return made;
}

struct SpinRow {
    const char* claim;
    const char* message;
    std::size_t tokens;
    const char* text;
};

class Spin : public testing::TestWithParam<SpinRow> {};
TEST_P(Spin, HasExactlySoManyTokens) {
    const auto& [claim, message, tokens, expected] = GetParam();
    const std::string text = spin(message, tokens);
    EXPECT_EQ(text, expected) << claim;
    EXPECT_EQ(text::TokenCounter{}.count(text).count, static_cast<std::int64_t>(tokens)) << claim;
}

INSTANTIATE_TEST_SUITE_P(Mock, Spin, testing::Values(
    SpinRow{"English is echoed in English",        "hi there", 9,  "You said: hi there. hi ther"},
    SpinRow{"Chinese is echoed in Chinese",        "你好",     10, "你说的是：你好。你好"},
    SpinRow{"an answer may be shorter than its intro", "hi",   2,  "You said"},
    SpinRow{"an empty message is echoed, too",     "  ",       4,  "You said: noth"},
    SpinRow{"no tokens, no text",                  "hi",       0,  ""}));

TEST(Spin, IsAsLongAsAskedForHoweverLongTheMessage) {
    for (const std::string& message : {std::string(5000, 'a'), std::string{"好"}, std::string{"a b c 1 2 3 !"}}) {
        EXPECT_EQ(text::TokenCounter{}.count(spin(message, 777)).count, 777) << message.substr(0, 20);
    }
}

TEST(Compose, DependsOnTheRequestAlone) {
    const Answer first = compose(ask("why?"), {}, 12, {});
    const Answer again = compose(ask("why?"), {}, 12, {});
    EXPECT_EQ(first.pieces, again.pieces);
    EXPECT_EQ(first.id, again.id);
    EXPECT_NE(compose(ask("how?"), {}, 12, {}).pieces, first.pieces);
}

TEST(Compose, GoesOnWhereAPrefillEnds) {
    for (const auto* message : {"why is the sky blue?", "天空为什么是蓝色的？"}) {
        const Answer whole = compose(ask(message), {}, 24, {});
        std::string before;
        for (const auto& piece : whole.pieces) {
            Ask continued = ask(message);
            continued.prefill = before;
            EXPECT_EQ(before + text_of(compose(continued, {}, 24, {})), text_of(whole)) << message;
            before += piece;
        }
    }
}

TEST(Compose, KeepsToMaxTokens) {
    Ask limited = ask("hi");
    limited.max_tokens = 3;
    const Answer answer = compose(limited, {}, 10, {});
    EXPECT_EQ(answer.pieces.size(), 3U);
    EXPECT_EQ(answer.finish, Finish::length);
    limited.max_tokens = 10;
    EXPECT_EQ(compose(limited, {}, 10, {}).finish, Finish::stop) << "an answer as long as the limit ends by itself";
}

TEST(Compose, CountsWhatItTells) {
    Ask asked = ask("hi");
    asked.prompt = Tokens{7};
    const Answer answer = compose(asked, {}, 10, {.read = Tokens{3}, .write = Tokens{2}});
    ASSERT_TRUE(answer.usage);
    EXPECT_EQ(answer.usage->input, Tokens{7});
    EXPECT_EQ(answer.usage->output, Tokens{10});
    EXPECT_EQ(answer.usage->total, Tokens{17});
    EXPECT_EQ(answer.usage->cache_read, Tokens{3});
    EXPECT_EQ(answer.usage->cache_write, Tokens{2});
}

TEST(Compose, CallsToolsAsAsked) {
    Ask asked = ask("weather in Paris");
    asked.tools = {{"weather", R"({"city":"x"})"}, {"time", "{}"}};
    EXPECT_TRUE(compose(asked, {}, 4, {}).calls.empty());
    asked.call_tool = true;
    const Answer called = compose(asked, {}, 4, {});
    ASSERT_EQ(called.calls.size(), 1U);
    EXPECT_EQ(called.calls[0].name, "weather");
    EXPECT_EQ(called.finish, Finish::tool_calls);
    EXPECT_TRUE(called.pieces.empty());

    asked.chosen = {Fault::parallel_tools, 3};
    const Answer many = compose(asked, {}, 4, {});
    ASSERT_EQ(many.calls.size(), 3U);
    EXPECT_EQ(many.calls[2].name, "weather") << "the tools take turns";
    EXPECT_NE(many.calls[0].id, many.calls[2].id);

    asked.chosen = {Fault::duplicate_tool_ids, 0};
    const Answer twins = compose(asked, {}, 4, {});
    ASSERT_EQ(twins.calls.size(), 2U);
    EXPECT_EQ(twins.calls[0].id, twins.calls[1].id);

    asked.chosen = {Fault::tool_order, 0};
    const Answer reversed = compose(asked, {}, 4, {});
    ASSERT_EQ(reversed.calls.size(), 2U);
    EXPECT_EQ(reversed.calls[0].index, 1U);
}
}  // namespace
}  // namespace rondo::mock
