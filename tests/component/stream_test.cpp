#include "support/scripted.hpp"
#include "support/server_test.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace rondo {
namespace {
using support::break_off;
using support::Event;
using support::say;
using support::text_of;
using support::wait_for_gate;
using Events = std::vector<Event>;

Events after(const Events& events, std::size_t count) { return {events.begin() + static_cast<std::ptrdiff_t>(count), events.end()}; }

void expect_contiguous(const Events& events) {
    ASSERT_FALSE(events.empty());
    const auto first = store::EventId::parse(events.front().id);
    ASSERT_TRUE(first) << events.front().id;
    for (std::size_t i = 0; i < events.size(); ++i) { EXPECT_EQ(events[i].id, fmt::format("{}.{}", first->epoch, i + 1)); }
}

class Stream : public support::ServerTest {};

TEST_F(Stream, TellsATurnFromAcceptedToCompletedWithContiguousIds) {
    auto stream = client.stream_turn(client.open_session(), "你们的产品有什么功能？");
    EXPECT_TRUE(stream.head().header("content-type").starts_with("text/event-stream"));
    EXPECT_EQ(stream.head().header("cache-control"), "no-store");
    const Events events = stream.rest();
    expect_contiguous(events);
    EXPECT_EQ(events.front().type, "accepted");
    EXPECT_EQ(events.back().type, "completed");
    const auto completed = events.back().json();
    EXPECT_EQ(support::deltas_of(events), text_of(completed, "npc_response"));
    EXPECT_EQ(text_of(events.front().json(), "trace_id"), text_of(completed, "trace_id"));
    for (const auto& [node, labels] : scenario::kNodes) {
        const auto about = [&](const char* type) {
            return std::ranges::find_if(events, [&](const Event& e) { return e.type == type && text_of(e.json(), "node") == node; });
        };
        const auto started = about("node_started"), finished = about("node_finished");
        ASSERT_TRUE(started < finished && finished != events.end()) << node;
        EXPECT_EQ(text_of(finished->json(), "status"), "ok") << node;
    }
}

TEST_F(Stream, TheJsonAnswerAndTheCompletedEventAreTheSameBytes) {
    const std::string session = client.open_session();
    const auto answer = client.say(session, "你好");
    EXPECT_EQ(client.events(session, 1).rest().back().data, answer.body);
}

TEST_F(Stream, AFinishedTurnIsResumedExactlyAtEveryCut) {
    const std::string session = client.open_session();
    const Events all = client.stream_turn(session, "你们的产品有什么功能？").rest();
    for (std::size_t k = 0; k < all.size(); ++k) {
        EXPECT_EQ(client.events(session, 1, all[k].id).rest(), after(all, k + 1)) << "after " << all[k].id;
    }
}

TEST_F(Stream, TheMessageIdRejoinsWhereTheClientStopped) {
    const std::string session = client.open_session();
    const Events all = client.stream_turn(session, "你好", {{"message_id", "m-1"}}).rest();
    auto again = support::Client::turn_request(session, "你好", {{"message_id", "m-1"}});
    again.headers.push_back({"Last-Event-ID", all[2].id});
    EXPECT_EQ(client.stream(std::move(again)).rest(), after(all, 3));
}

TEST_F(Stream, AnIdThatIsNoneIsRefused) {
    const std::string session = client.open_session();
    ASSERT_EQ(client.say(session, "你好").status, 200);
    for (const char* id : {"seven", "1", "1.2.3", "-1.2"}) EXPECT_EQ(client.events(session, 1, id).head().status, 400) << id;
}

TEST_F(Stream, ATurnThatIsNotThereIsNotFound) {
    const std::string session = client.open_session();
    EXPECT_EQ(client.events(session, 1).head().status, 404);
    EXPECT_EQ(client.events("nobody", 1).head().status, 404);
}

/// The embedded model, slowed down so that an answer comes in many pieces.
class PacedStream : public support::ServerTest {
protected:
    PacedStream() : ServerTest{{{"rehearsal.delta_pace_ms", "1"}}} {}
};

TEST_F(PacedStream, ARunningTurnIsResumedExactlyAtEveryCut) {
    for (std::size_t k = 1;; ++k) {
        const std::string session = client.open_session({{"session_id", fmt::format("cut-{}", k)}});
        support::Client first{loop, server.port()};
        auto stream = first.stream_turn(session, "你好");
        Events heard;
        while (heard.size() < k) {
            auto event = stream.next();
            if (!event) break;
            heard.push_back(std::move(*event));
        }
        if (heard.size() < k) break;  // the turn has fewer events than that: every cut has been made
        first.close();
        const Events rest = client.events(session, 1, heard.back().id).rest();
        heard.insert(heard.end(), rest.begin(), rest.end());
        ASSERT_EQ(heard, client.events(session, 1).rest()) << "cut after " << k;
        expect_contiguous(heard);
    }
}

/// What a restart has to tell again, byte for byte.
struct Told {
    const char* claim;
    std::vector<support::Step> script;
    boost::json::object request;
    const char* last;  ///< type of the last event
    bool stop{false};
};
void PrintTo(const Told& row, std::ostream* out) { *out << row.claim; }

class RetoldTest : public ::testing::TestWithParam<Told> {};
TEST_P(RetoldTest, ByTheNextServerAsItWasToldLive) {
    const Told& row = GetParam();
    support::Loop loop;
    support::ScriptedModel model{row.script};
    support::Server server{{}, model.as_npc()};
    Events live;
    {
        support::Client client{loop, server.port()};
        ASSERT_EQ(client.open_session({{"session_id", "told"}}), "told");
        auto stream = client.stream_turn("told", "你们的产品有什么功能？", row.request);
        if (row.stop) {
            live = stream.until("delta");
            support::Client other{loop, server.port()};
            ASSERT_EQ(other.post("/api/v1/sessions/told/turns/1/stop", boost::json::object{}).status, 202);
        }
        for (auto& event : stream.rest()) live.push_back(std::move(event));
    }
    EXPECT_EQ(live.back().type, row.last) << row.claim;
    server.restart();
    support::Client client{loop, server.port()};
    EXPECT_EQ(client.events("told", 1).rest(), live) << row.claim;
}
INSTANTIATE_TEST_SUITE_P(Retold, RetoldTest, ::testing::Values(
    Told{"a completed turn",             {say("我们看重交期，"), say("其次是价格。")},              {},                             "completed"},
    Told{"one with advice that came later", {say("好的。")},                                        {{"enable_async_coach", true}}, "coach_advice"},
    Told{"pieces cut inside a character's line", {say("a\nb\r\n"), say("\"c\"\\"), say("\x01")},    {},                             "completed"},
    Told{"a failed one, its partial answer kept", {say("我们"), break_off(Code::unavailable)},      {{"use_fallback", false}},      "failed"},
    Told{"a stopped one",                {say("我们先看"), wait_for_gate(), say("价格")},           {},                             "completed", true}));

/// A turn that certainly runs while its listener goes away and comes back.
TEST(RunningStream, IsResumedAtEveryCutBeforeItsEnd) {
    support::Loop loop;
    support::ScriptedModel model{{say("一"), say("二"), say("三"), wait_for_gate(), say("四"), say("五")}};
    support::Server server{{}, model.as_npc()};
    support::Client client{loop, server.port()};
    for (std::size_t k = 1;; ++k) {
        model.gate().shut();
        const std::string session = client.open_session();
        support::Client first{loop, server.port()};
        auto stream = first.stream_turn(session, "你好");
        Events heard;
        while (heard.size() < k && support::deltas_of(heard) != "一二三") heard.push_back(stream.next().value());
        if (heard.size() < k) {  // all that is told before the gate has been cut
            model.gate().open();
            break;
        }
        first.close();
        auto second = client.events(session, 1, heard.back().id);
        model.gate().open();
        for (auto& event : second.rest()) heard.push_back(std::move(event));
        EXPECT_EQ(support::deltas_of(heard), "一二三四五");
        expect_contiguous(heard);
        EXPECT_EQ(heard, client.events(session, 1).rest()) << "cut after " << k;
    }
}
TEST(RunningStream, IsToldAnewUnderANewEpochWhenTheServerDiedInMidAnswer) {
    support::Loop loop;
    support::ScriptedModel model{{say("一"), say("二"), wait_for_gate(), say("三")}};
    support::Server server{{}, model.as_npc()};
    Events before;
    {
        support::Client client{loop, server.port()};
        ASSERT_EQ(client.open_session({{"session_id", "s"}}), "s");
        auto stream = client.stream_turn("s", "你好", {{"message_id", "m-1"}});
        while (support::deltas_of(before) != "一二") before.push_back(stream.next().value());
        server.stop();
    }
    model.gate().open();
    server.start();
    EXPECT_EQ(server.app().resumed_turns(), 1U);
    support::Client client{loop, server.port()};
    const Events after = client.events("s", 1, before.back().id).rest();
    expect_contiguous(after);
    EXPECT_GT(store::EventId::parse(after.front().id)->epoch, store::EventId::parse(before.front().id)->epoch);
    EXPECT_EQ(after.front().type, "restarted");
    EXPECT_EQ(support::deltas_of(after), "一二三") << "the whole answer again, nothing of the old one";
    EXPECT_EQ(text_of(after.back().json(), "npc_response"), "一二三");
    EXPECT_EQ(client.events("s", 1).rest(), after);
    EXPECT_EQ(client.say("s", "你好", {{"message_id", "m-1"}}).body, after.back().data) << "the message made one turn";
    EXPECT_EQ(client.say("s", "多少钱？").at("turn_number"), 2);
}
}  // namespace
}  // namespace rondo
