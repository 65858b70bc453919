#include "talk/turn/recovery.hpp"

#include "base/json.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <functional>

namespace rondo::turn {
namespace {
using Rows = std::vector<store::JournalRow>;

store::JournalRow row(std::int64_t session, Kind kind, std::string body) {
    return {.seq = 0, .stream = session, .kind = static_cast<int>(kind), .body = std::make_shared<const std::string>(std::move(body))};
}
store::JournalRow accepted(std::int64_t session, std::int64_t number) {
    TurnAccepted accepted;
    accepted.number = number;
    return row(session, Kind::turn_accepted, accepted.encode());
}
store::JournalRow node(std::int64_t session, std::int64_t number, std::string name, std::string status = "ok", std::string outcome = {}) {
    return row(session, Kind::node_finished,
               NodeFinished{number, std::move(name), std::move(status), "label", std::move(outcome)}.encode());
}
std::string intent(std::string name) { return json::write(agent::to_json(agent::IntentOutcome{std::move(name), 1, true})); }
store::JournalRow delta(std::int64_t session, std::int64_t number, std::string text) {
    return row(session, Kind::delta, DeltaWritten{number, std::move(text)}.encode());
}
store::JournalRow stop(std::int64_t session, std::int64_t number) {
    return row(session, Kind::stop_requested, StopRequested{number}.encode());
}
store::JournalRow restarted(std::int64_t session, std::int64_t number, bool kept) {
    return row(session, Kind::restarted, Restarted{number, kept}.encode());
}
store::JournalRow ended(std::int64_t session, std::int64_t number) {
    TurnRecord record;
    record.number = number;
    return row(session, Kind::turn_ended, record.encode());
}

/// "7: turn 2, nodes intent npc, intent hello, told 'ab', stop" for each unfinished turn.
std::string describe(std::map<std::int64_t, Recovery::Unfinished> open) {
    std::vector<std::string> lines;
    for (const auto& [session, turn] : open) {
        std::string line = fmt::format("{}: turn {}", session, turn.accepted.number);
        const auto& left = turn.resumption;
        if (!left.finished.empty()) line += ", nodes";
        for (const auto& finished : left.finished) line += " " + finished.node;
        if (left.board.intent) line += ", intent " + left.board.intent->intent;
        if (!left.deltas.empty()) line += ", told '" + left.deltas + "'";
        if (left.stop_requested) line += ", stop";
        lines.push_back(line);
    }
    return fmt::format("{}", fmt::join(lines, "; "));
}

struct Row {
    const char* claim;
    Rows journal;
    const char* left;
};
class RecoveryTest : public testing::TestWithParam<Row> {};
TEST_P(RecoveryTest, FindsWhatDidNotEnd) {
    Recovery recovery;
    for (const auto& journaled : GetParam().journal) ASSERT_TRUE(recovery.add(journaled)) << GetParam().claim;
    EXPECT_EQ(describe(recovery.take()), GetParam().left) << GetParam().claim;
}
INSTANTIATE_TEST_SUITE_P(Recovery, RecoveryTest, testing::Values(
    Row{"an empty journal owes nothing", {}, ""},
    Row{"a session without a turn owes nothing", {row(7, Kind::session_created, SessionCreated{}.encode())}, ""},
    Row{"an accepted turn is owed", {accepted(7, 1)}, "7: turn 1"},
    Row{"an ended one is not", {accepted(7, 1), node(7, 1, "intent"), ended(7, 1)}, ""},
    Row{"only the last of a session can be", {accepted(7, 1), ended(7, 1), accepted(7, 2)}, "7: turn 2"},
    Row{"sessions do not mix", {accepted(7, 1), accepted(8, 3), delta(7, 1, "a"), delta(8, 3, "b"), ended(7, 1)}, "8: turn 3, told 'b'"},
    Row{"finished nodes, their results and the text are kept in order",
        {accepted(7, 2), node(7, 2, "intent", "ok", intent("hello")), delta(7, 2, "a"), delta(7, 2, "b"), node(7, 2, "npc")},
        "7: turn 2, nodes intent npc, intent hello, told 'ab'"},
    Row{"skipped and fallback nodes are finished, too", {accepted(7, 2), node(7, 2, "knowledge", "skipped"), node(7, 2, "npc", "fallback")},
        "7: turn 2, nodes knowledge npc"},
    Row{"failed and cancelled ones are not", {accepted(7, 2), node(7, 2, "intent", "error"), node(7, 2, "npc", "cancelled")}, "7: turn 2"},
    Row{"a stop is remembered", {accepted(7, 2), delta(7, 2, "a"), stop(7, 2)}, "7: turn 2, told 'a', stop"},
    Row{"rows of the turn before say nothing of this one",
        {accepted(7, 1), ended(7, 1), accepted(7, 2), node(7, 1, "npc"), delta(7, 1, "late"), stop(7, 1), restarted(7, 1, false)}, "7: turn 2"},
    Row{"rows whose turn was trimmed away are ignored", {node(7, 1, "npc"), delta(7, 1, "a"), stop(7, 1), restarted(7, 1, true), ended(7, 1)}, ""},
    Row{"after a restart the text comes again, the nodes stay",
        {accepted(7, 2), node(7, 2, "intent", "ok", intent("hello")), delta(7, 2, "old"), restarted(7, 2, true), delta(7, 2, "new")},
        "7: turn 2, nodes intent, intent hello, told 'new'"},
    Row{"a restart that began over forgets the nodes, not the stop",
        {accepted(7, 2), node(7, 2, "intent", "ok", intent("hello")), stop(7, 2), restarted(7, 2, false), node(7, 2, "npc")},
        "7: turn 2, nodes npc, stop"},
    Row{"a deleted session owes nothing", {accepted(7, 2), delta(7, 2, "a"), row(7, Kind::session_deleted, "")}, ""},
    Row{"advice and feedback change nothing",
        {accepted(7, 2), row(7, Kind::advice, AdviceGiven{1, "t", "{}"}.encode()), row(7, Kind::feedback, FeedbackGiven{}.encode())}, "7: turn 2"},
    Row{"a kind of a later version is ignored", {accepted(7, 2), row(7, Kind{99}, "\x80")}, "7: turn 2"}));

struct Damage {
    const char* claim;
    Rows journal;
};
class RecoveryDamageTest : public testing::TestWithParam<Damage> {};
TEST_P(RecoveryDamageTest, IsDataLoss) {
    Recovery recovery;
    const auto& rows = GetParam().journal;
    for (std::size_t i = 0; i + 1 < rows.size(); ++i) ASSERT_TRUE(recovery.add(rows[i]));
    const auto status = recovery.add(rows.back());
    ASSERT_FALSE(status) << GetParam().claim;
    EXPECT_EQ(status.error().code, Code::data_loss);
}
INSTANTIATE_TEST_SUITE_P(Recovery, RecoveryDamageTest, testing::Values(
    Damage{"an accepted turn", {row(7, Kind::turn_accepted, "\x80")}},
    Damage{"a node", {row(7, Kind::node_finished, "\x80")}},
    Damage{"a delta", {row(7, Kind::delta, "\x80")}},
    Damage{"a stop", {row(7, Kind::stop_requested, "\x80")}},
    Damage{"a restart", {row(7, Kind::restarted, "\x80")}},
    Damage{"a node's result that is no JSON", {accepted(7, 1), node(7, 1, "intent", "ok", "{")}},
    Damage{"a node's result of another shape", {accepted(7, 1), node(7, 1, "intent", "ok", "[]")}},
    Damage{"a result of a node nobody knows", {accepted(7, 1), node(7, 1, "oracle", "ok", "{}")}}));
}  // namespace
}  // namespace rondo::turn
