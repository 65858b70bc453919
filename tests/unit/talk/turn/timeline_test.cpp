#include "talk/turn/timeline.hpp"

#include "base/json.hpp"
#include "base/rng.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace rondo::turn {
namespace {
using std::chrono::microseconds;

constexpr const char* kSession = "s_\"1\"";

/// A turn that told random things: its record, and what it told.
struct Told {
    TurnRecord record;
    std::vector<PublicEvent> events;
};

Told random_turn(Rng& rng) {
    static constexpr std::string_view kPieces[] = {"a", "你好", "\"\n", "😀 ",
                                                   "long enough to need more than one byte of length: "
                                                   "0123456789012345678901234567890123456789012345678901234567890123456789"};
    static constexpr std::string_view kWords[] = {"intent", "ok", "", "npc", "a\\b"};
    const auto word = [&] { return kWords[rng.below(std::size(kWords))]; };
    Told told;
    told.record.number = 4;
    told.record.parent = 2;
    told.record.epoch = 9;
    told.record.message_id = "m_1";
    told.record.user_message = "hello";
    const event::Beginning beginning{kSession, 4, 2, "m_1", "hello", "trace"};
    Timeline timeline;
    std::string answer;
    timeline.accepted();
    told.events.push_back(event::accepted(beginning));
    for (std::uint64_t n = rng.below(20); n > 0; --n) {
        const auto took = microseconds{static_cast<std::int64_t>(rng.below(3'000'000))};
        switch (rng.below(4)) {
            case 0: {
                const auto node = word();
                timeline.node_started(node);
                told.events.push_back(event::node_started(node));
                break;
            }
            case 1: {
                const auto node = word(), status = word(), label = word();
                timeline.node_finished(node, status, label, took);
                told.events.push_back(event::node_finished(node, status, label, took));
                break;
            }
            case 2: {
                const auto piece = kPieces[rng.below(std::size(kPieces))];
                const bool seam = rng.below(4) == 0;
                timeline.delta(piece.size(), seam);
                answer += piece;
                told.events.push_back(event::delta(piece, seam));
                break;
            }
            default: timeline.restarted(); told.events.push_back(event::restarted(beginning, told.record.epoch));
        }
    }
    timeline.ended();
    told.record.state = static_cast<State>(1 + rng.below(3));
    told.record.result = json::write({{"npc_response", answer}, {"trace_id", "trace"}});
    told.record.timeline = timeline.bytes();
    told.events.push_back(event::ended(told.record.state, told.record.result));
    return told;
}

TEST(Timeline, RetellingGivesTheSameBytesAsTellingDid) {
    Rng rng{2026};
    for (int round = 0; round < 500; ++round) {
        const Told told = random_turn(rng);
        const auto again = retell(kSession, told.record);
        ASSERT_TRUE(again) << again.error().message;
        EXPECT_EQ(*again, told.events) << "round " << round;
        const auto count = Timeline::count(told.record.timeline);
        ASSERT_TRUE(count) << count.error().message;
        EXPECT_EQ(*count, static_cast<std::int64_t>(told.events.size()));
    }
}

TEST(Timeline, EveryCutIsDataLoss) {
    Rng rng{7};
    for (int round = 0; round < 50; ++round) {
        Told told = random_turn(rng);
        while (!told.record.timeline.empty()) {
            told.record.timeline.pop_back();
            const auto again = retell(kSession, told.record);
            ASSERT_FALSE(again) << told.record.timeline.size() << " bytes left";
            EXPECT_EQ(again.error().code, Code::data_loss);
        }
    }
}

TEST(Timeline, FlippedBitsNeverCrash) {
    Rng rng{8};
    for (int round = 0; round < 2'000; ++round) {
        Told told = random_turn(rng);
        auto& bytes = told.record.timeline;
        bytes[rng.below(bytes.size())] ^= static_cast<char>(1U << rng.below(8));
        if (const auto again = retell(kSession, told.record); !again) EXPECT_EQ(again.error().code, Code::data_loss);
    }
}

TEST(Timeline, TakesFewBytes) {
    Timeline timeline;
    timeline.accepted();
    timeline.delta(40, false);
    timeline.ended();
    EXPECT_EQ(timeline.bytes().size(), 4U);
}

struct Row {
    const char* claim;
    std::string timeline, result;
};
class ContradictionTest : public testing::TestWithParam<Row> {};
TEST_P(ContradictionTest, Retell) {
    TurnRecord record;
    record.timeline = GetParam().timeline;
    record.result = GetParam().result;
    const auto told = retell(kSession, record);
    ASSERT_FALSE(told) << GetParam().claim;
    EXPECT_EQ(told.error().code, Code::data_loss);
}
std::string one_delta(std::size_t bytes) {
    Timeline timeline;
    timeline.delta(bytes, false);
    timeline.ended();
    return timeline.bytes();
}
INSTANTIATE_TEST_SUITE_P(Timeline, ContradictionTest, testing::Values(
    Row{"a result that is no JSON",             {},                  "{"},
    Row{"a result that is no object",           {},                  "[]"},
    Row{"deltas longer than the answer",        one_delta(3),        R"({"npc_response":"ab"})"},
    Row{"deltas without an answer",             one_delta(1),        R"({"npc_response":null})"},
    Row{"an answer that was told in part",      one_delta(1),        R"({"npc_response":"ab"})"},
    Row{"something after the end",              one_delta(2) + one_delta(0), R"({"npc_response":"ab"})"},
    Row{"a delta of negative length",           "\x0a\x01\x0c",      R"({"npc_response":"ab"})"},
    Row{"a mark nobody makes",                  "\x0e",              "{}"}));

TEST(Event, DataIsJson) {
    const auto as_json = [](const PublicEvent& event) { return event.type + " " + json::write(boost::json::parse(event.data)); };
    const event::Beginning beginning{"s", 2, 1, "m\"", "你\n", "t"};
    EXPECT_EQ(as_json(event::accepted(beginning)),
              R"(accepted {"session_id":"s","turn_number":2,"parent_turn":1,"message_id":"m\"","user_message":"你\n","trace_id":"t"})");
    EXPECT_EQ(as_json(event::restarted(beginning, 5)), R"(restarted {"session_id":"s","turn_number":2,"parent_turn":1,)"
                                                       R"("message_id":"m\"","user_message":"你\n","trace_id":"t","epoch":5})");
    EXPECT_EQ(as_json(event::node_started("npc")), R"(node_started {"node":"npc"})");
    EXPECT_EQ(as_json(event::node_finished("npc", "ok", "", microseconds{1'500})),
              R"(node_finished {"node":"npc","status":"ok","duration_ms":1.5})");
    EXPECT_EQ(as_json(event::node_finished("npc", "ok", "stop", microseconds{0})),
              R"(node_finished {"node":"npc","status":"ok","duration_ms":0,"label":"stop"})");
    EXPECT_EQ(as_json(event::delta("\"\n", false)), R"(delta {"text":"\"\n"})");
    EXPECT_EQ(as_json(event::delta("x", true)), R"(delta {"text":"x","seam":true})");
    EXPECT_EQ(as_json(event::ended(State::stopped, "{}")), "completed {}");
    EXPECT_EQ(as_json(event::ended(State::failed, "{}")), "failed {}");
    EXPECT_EQ(as_json(event::advice("s", 2, R"({"text":"x"})", "t_1")),
              R"(coach_advice {"session_id":"s","turn_number":2,"task_id":"t_1","advice":{"text":"x"}})");
}
}  // namespace
}  // namespace rondo::turn
