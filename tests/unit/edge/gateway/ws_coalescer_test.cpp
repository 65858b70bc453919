#include "edge/gateway/wire/coalescer.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

namespace rondo::gateway::wire {
namespace {
using std::chrono::milliseconds;

/// One thing that happens, in milliseconds from the beginning.
struct Step {
    int at;
    const char* text;        // null: something else has to be told
    bool seam{false};
    std::uint32_t epoch{1};
};
struct Row {
    const char* claim;
    std::vector<Step> steps;
    std::vector<std::string> sent;  // "milliseconds:seq:text", a seam as "|text"
    std::int64_t tokens{64};
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.claim; }

class Deltas : public ::testing::TestWithParam<Row> {};
TEST_P(Deltas, AreJoined) {
    const Row& row = GetParam();
    Coalescer coalescer{{.window = milliseconds{16}, .tokens = row.tokens}};
    std::vector<std::string> sent;
    const TimePoint begin{std::chrono::hours{1}};
    const auto note = [&](TimePoint now, std::vector<Frame>& out) {
        for (const Frame& frame : out) {
            sent.push_back(fmt::format("{}:{}:{}{}", std::chrono::duration_cast<milliseconds>(now - begin).count(), frame.seq(),
                                       frame.delta().seam() ? "|" : "", frame.delta().text()));
        }
        out.clear();
    };
    std::vector<Frame> out;
    const auto pass_until = [&](TimePoint now) {
        while (coalescer.due() && *coalescer.due() <= now) {
            const TimePoint due = *coalescer.due();
            coalescer.flush(due, out);
            note(due, out);
        }
    };
    std::uint32_t seq = 0;
    for (const Step& step : row.steps) {
        const TimePoint now = begin + milliseconds{step.at};
        pass_until(now - Clock::duration{1});
        if (!step.text) {
            coalescer.flush(now, out);
        } else {
            Frame delta;
            delta.set_seq(++seq);
            delta.set_epoch(step.epoch);
            delta.mutable_delta()->set_text(step.text);
            delta.mutable_delta()->set_seam(step.seam);
            coalescer.push(std::move(delta), now, out);
        }
        note(now, out);
    }
    pass_until(TimePoint::max());
    EXPECT_EQ(sent, row.sent);
    EXPECT_FALSE(coalescer.due()) << "nothing is kept back";
}
INSTANTIATE_TEST_SUITE_P(Pace, Deltas, ::testing::Values(
    Row{"the first goes at once",                       {{0, "a"}},                                            {"0:1:a"}},
    Row{"one soon after it waits for the window's end", {{0, "a"}, {5, "b"}},                                  {"0:1:a", "16:2:b"}},
    Row{"what falls into a window travels together",    {{0, "a"}, {5, "b"}, {9, "c"}, {15, "d"}},             {"0:1:a", "16:4:bcd"}},
    Row{"windows follow one another",                   {{0, "a"}, {5, "b"}, {20, "c"}, {40, "d"}},            {"0:1:a", "16:2:b", "32:3:c", "48:4:d"}},
    Row{"after a silence the first goes at once again", {{0, "a"}, {100, "b"}},                                {"0:1:a", "100:2:b"}},
    Row{"exactly a window later is soon enough",        {{0, "a"}, {16, "b"}},                                 {"0:1:a", "16:2:b"}},
    Row{"enough tokens do not wait",                    {{0, "我"}, {1, "们"}, {2, "先"}, {3, "看"}},          {"0:1:我", "2:3:们先", "18:4:看"}, 2},
    Row{"one piece may have more than that",            {{0, "我"}, {1, "们先看价格"}},                        {"0:1:我", "1:2:们先看价格"}, 2},
    Row{"another event pushes out what waits",          {{0, "a"}, {5, "b"}, {6, nullptr}, {7, "c"}},          {"0:1:a", "6:2:b", "22:3:c"}},
    Row{"another event alone makes no frame",           {{0, nullptr}},                                        {}},
    Row{"a seam begins a frame",                        {{0, "a"}, {5, "b"}, {6, "c", true}, {7, "d"}},        {"0:1:a", "6:2:b", "22:4:|cd"}},
    Row{"another epoch begins a frame",                 {{0, "a"}, {5, "b"}, {6, "c", false, 2}},              {"0:1:a", "6:2:b", "22:3:c"}},
    Row{"a whole answer told again is few frames",      {{0, "a b"}, {0, "c d"}, {0, "e f"}, {0, "g h"}, {0, "i"}}, {"0:1:a b", "0:3:c de f", "0:5:g hi"}, 3}));

TEST(Coalescer, WithoutAWindowHoldsNothing) {
    Coalescer coalescer{{.window = milliseconds{0}}};
    std::vector<Frame> out;
    for (std::uint32_t seq = 1; seq <= 3; ++seq) {
        Frame delta;
        delta.set_seq(seq);
        delta.mutable_delta()->set_text("x");
        coalescer.push(std::move(delta), TimePoint{}, out);
    }
    EXPECT_EQ(out.size(), 3U);
    EXPECT_EQ(coalescer.joined(), 0U);
}
}  // namespace
}  // namespace rondo::gateway::wire
