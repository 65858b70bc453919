// Nothing is lost, repeated or mixed up, wherever a connection breaks.
#include "support/scripted.hpp"
#include "support/server_test.hpp"
#include "support/talker.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace rondo {
namespace {
using support::answer_of;
using support::Frame;
using support::Place;
using support::place_of;
using support::story_of;
using support::Talker;
using Frames = std::vector<Frame>;
using Story = std::vector<std::string>;

constexpr const char* kSay = R"({"id":1,"startTurn":{"userMessage":"你好","messageId":"m-1"}})";

std::string resume(std::string_view session, Place place) {
    return fmt::format(R"({{"resume":{{"sessionId":"{}","epoch":{},"lastSeq":{}}}}})", session, place.epoch, place.seq);
}
std::string query(std::string_view session, Place place) { return fmt::format("?session={}&after={}.{}", session, place.epoch, place.seq); }
bool is_usage(const Frame& frame) { return frame.has_usage(); }
void append(Frames& to, Frames more) { std::ranges::move(more, std::back_inserter(to)); }

class WsResume : public ::testing::Test {
protected:
    WsResume(std::vector<support::Step> script, support::Server::Settings settings = {})
        : model{std::move(script)}, server{std::move(settings), model.as_npc()} {}

    Talker talker(std::string query = {}) { return {loop, server.port(), {.query = std::move(query)}}; }
    std::string open() {
        support::Client client{loop, server.port()};
        return client.open_session();
    }
    /// What a newcomer hears who asks for this epoch from its beginning, up to the end of turn `turn`.
    Frames all(const std::string& session, std::uint32_t turn = 1) {
        const auto epoch = talker("?session=" + session).until(Frame::kWelcome).back().welcome().epoch();
        Talker reader = talker(query(session, {epoch, 0}));
        return reader.until([turn](const Frame& frame) {
            return (frame.has_completed() && frame.completed().turn_number() == turn) ||
                   (frame.has_failed() && frame.failed().turn_number() == turn);
        });
    }

    support::ScriptedModel model;
    support::Loop loop;
    support::Server server;
};

/// Every delta by itself, so that there is an event to break at for each.
class WsEnded : public WsResume {
protected:
    WsEnded() : WsResume{{support::say("一"), support::say("二"), support::say("三")}, {{"ws.delta_window_ms", "0"}}} {}
};

TEST_F(WsEnded, ATurnIsResumedExactlyBehindEachOfItsEvents) {
    const std::string session = open();
    Talker first = talker("?session=" + session);
    first.converse(kSay);
    const Frames told = all(session);
    ASSERT_EQ(answer_of(told), "一二三");
    int cuts = 0;
    for (std::size_t k = 0; k < told.size(); ++k) {
        if (told[k].seq() == 0) continue;
        const Frames before{told.begin(), told.begin() + static_cast<std::ptrdiff_t>(k) + 1};
        Talker again = talker();
        Frames rest{again.ask(resume(session, place_of(before)))};
        ASSERT_TRUE(rest.front().has_welcome()) << support::text_of(rest.front());
        EXPECT_EQ(rest.front().welcome().last_seq(), told[k].seq());
        // What is said next ends the rest.
        ASSERT_TRUE(again.ask(R"({"ping":{}})", &rest).has_pong());
        if (k + 1 < told.size()) {
            while (place_of(rest).seq < told.back().seq()) rest.push_back(again.next().value());
        }
        Frames whole = before;
        append(whole, std::move(rest));
        EXPECT_EQ(story_of(whole), story_of(told)) << "behind event " << told[k].seq();
        ++cuts;
    }
    EXPECT_GT(cuts, 8);
}

/// A turn that certainly runs while its listener goes away and comes back.
class WsRunning : public WsResume {
protected:
    WsRunning()
        : WsResume{{support::say("一"), support::say("二"), support::say("三"), support::wait_for_gate(), support::say("四"),
                    support::say("五")},
                   {{"ws.delta_window_ms", "0"}}} {}
};

TEST_F(WsRunning, ATurnIsResumedExactlyBehindEachOfItsEvents) {
    for (std::size_t k = 1;; ++k) {
        model.gate().shut();
        const std::string session = open();
        Frames heard;
        Talker first = talker("?session=" + session);
        first.say(kSay);
        const auto events = [&] { return std::ranges::count_if(heard, [](const Frame& frame) { return frame.seq() != 0; }); };
        while (events() < static_cast<std::ptrdiff_t>(k) && answer_of(heard) != "一二三") heard.push_back(first.next().value());
        const bool last = events() < static_cast<std::ptrdiff_t>(k);
        first.socket().cut();
        Talker second = talker(query(session, place_of(heard)));
        const auto welcome = second.until(Frame::kWelcome).back().welcome();
        EXPECT_EQ(welcome.running_turn(), 1U);
        model.gate().open();
        append(heard, second.until(Frame::kCompleted));
        EXPECT_EQ(answer_of(heard), "一二三四五");
        EXPECT_EQ(story_of(heard), story_of(all(session))) << "cut behind " << k;
        if (last) break;  // all that is told before the gate has been cut
        ASSERT_LT(k, 100U);
    }
}

TEST_F(WsRunning, WithoutAPlaceItIsToldFromItsBeginning) {
    const std::string session = open();
    Talker first = talker("?session=" + session);
    Frames heard;
    first.say(kSay);
    while (answer_of(heard) != "一二三") heard.push_back(first.next().value());
    Talker late = talker();
    Frames told{late.ask(resume(session, {}))};
    model.gate().open();
    append(told, late.until(Frame::kCompleted));
    EXPECT_EQ(answer_of(told), "一二三四五");
    const auto accepted = std::ranges::find_if(told, [](const Frame& frame) { return frame.has_accepted(); });
    ASSERT_NE(accepted, told.end());
    EXPECT_EQ(accepted->accepted().user_message(), "你好") << "who did not say it is told";
    append(heard, first.until(Frame::kCompleted));
    EXPECT_EQ(story_of(told), story_of(heard)) << "two connections agree";
}

TEST_F(WsRunning, AConnectionMayMoveToAnotherSessionAndBack) {
    const std::string one = open(), other = open();
    Talker talker = this->talker("?session=" + one);
    Frames heard;
    talker.say(kSay);
    while (answer_of(heard) != "一二三") heard.push_back(talker.next().value());
    Frames late;
    ASSERT_TRUE(talker.ask(resume(other, {}), &late).has_welcome());
    append(heard, std::move(late));
    const Place place = place_of(heard);
    model.gate().open();
    const Frames others = talker.converse(R"({"id":9,"startTurn":{"userMessage":"再见","messageId":"m-2"}})");
    for (const Frame& frame : others) EXPECT_NE(frame.body_case(), Frame::kWelcome);
    EXPECT_EQ(answer_of(others), "一二三四五");
    ASSERT_TRUE(talker.ask(resume(one, place)).has_welcome());
    append(heard, talker.until(Frame::kCompleted));
    EXPECT_EQ(answer_of(heard), "一二三四五");
    EXPECT_EQ(story_of(heard), story_of(all(one)));
}

TEST_F(WsRunning, AfterARestartTheTurnIsToldAnewInANewEpoch) {
    const std::string session = open();
    Frames heard;
    {
        Talker first = talker("?session=" + session);
        first.say(kSay);
        while (answer_of(heard) != "一二三") heard.push_back(first.next().value());
        server.stop();
    }
    model.gate().open();
    server.start();
    const Place before = place_of(heard);
    Talker again = talker(query(session, before));
    Frames rest = again.until(Frame::kCompleted);
    const auto restarted = std::ranges::find_if(rest, [](const Frame& frame) { return frame.has_restarted(); });
    ASSERT_NE(restarted, rest.end());
    EXPECT_GT(restarted->epoch(), before.epoch);
    append(heard, std::move(rest));
    EXPECT_EQ(answer_of(heard), "一二三四五") << "what was told before the restart is void";
    EXPECT_TRUE(again.ask(kSay).done().replayed()) << "and the message made one turn";
}

TEST_F(WsEnded, AfterARestartAnEndedTurnIsResumedBehindEachOfItsEvents) {
    const std::string session = open();
    Frames told;
    {
        Talker first = talker("?session=" + session);
        first.say(kSay);
        told = first.until(Frame::kCompleted);
    }
    server.restart();
    Talker next = talker("?session=" + session);
    next.converse(R"({"id":9,"startTurn":{"userMessage":"再见","messageId":"m-2"}})");
    for (std::size_t k = 0; k < told.size(); ++k) {
        if (told[k].seq() == 0) continue;
        Frames whole{told.begin(), told.begin() + static_cast<std::ptrdiff_t>(k) + 1};
        Talker again = talker(query(session, place_of(whole)));
        append(whole, again.until([](const Frame& frame) { return frame.has_completed() && frame.completed().turn_number() == 2; }));
        const Story story = story_of(whole), first = story_of(told);
        ASSERT_GT(story.size(), first.size());
        EXPECT_TRUE(std::equal(first.begin(), first.end(), story.begin())) << "behind event " << told[k].seq();
        EXPECT_EQ(answer_of(whole), "一二三一二三") << "both answers once";
    }
}

/// Advice that comes when the test lets it.
class WsAdvice : public support::ServerTest {
protected:
    WsAdvice() : WsAdvice{std::make_shared<support::Gate>()} {}
    explicit WsAdvice(std::shared_ptr<support::Gate> gate)
        : ServerTest{{},
                     [gate](agent::NodeSet& nodes) {
                         nodes.set(std::make_unique<support::GatedNode>(std::make_unique<agent::Coach>(), *gate));
                     }},
          gate_{std::move(gate)} {}
    std::shared_ptr<support::Gate> gate_;
};

TEST_F(WsAdvice, ThatComesLaterIsToldOnEveryConnection) {
    const std::string session = client.open_session();
    Talker one{loop, server.port(), {.query = "?session=" + session}};
    Talker two{loop, server.port(), {.protocol = "rondo.v1.json", .query = "?session=" + session}};
    two.until(Frame::kWelcome);
    const Frames first = one.converse(R"({"id":9,"startTurn":{"userMessage":"你好","enableAsyncCoach":true}})");
    const auto completed = std::ranges::find_if(first, [](const Frame& frame) { return frame.has_completed(); });
    ASSERT_NE(completed, first.end());
    EXPECT_FALSE(completed->completed().task_id().empty()) << "the advice that is to come has a name";
    EXPECT_FALSE(completed->completed().has_advice());
    two.until(is_usage);
    gate_->open();
    const Frame here = one.until(Frame::kAdvice).back(), there = two.until(Frame::kAdvice).back();
    EXPECT_EQ(here.advice().turn_number(), 1U);
    EXPECT_EQ(here.advice().task_id(), completed->completed().task_id());
    EXPECT_FALSE(here.advice().text().empty());
    EXPECT_EQ(here.SerializeAsString(), there.SerializeAsString());

    Talker late{loop, server.port(), {.query = query(session, {place_of(first).epoch, completed->seq()})}};
    EXPECT_EQ(late.until(Frame::kAdvice).back().advice().text(), here.advice().text()) << "and to who was away";
}

/// An answer that comes faster than frames do.
TEST(WsPace, DeltasThatComeTogetherTravelTogether) {
    std::vector<support::Step> script;
    std::string answer;
    for (int i = 0; i < 200; ++i) {
        script.push_back(support::say(fmt::format("{} ", i)));
        answer += fmt::format("{} ", i);
    }
    support::ScriptedModel model{std::move(script)};
    support::Loop loop;
    support::Server server{{}, model.as_npc()};
    support::Client client{loop, server.port()};
    Talker talker{loop, server.port(), {.query = "?session=" + client.open_session()}};
    talker.say(kSay);
    const Frames heard = talker.until(Frame::kCompleted);
    EXPECT_EQ(answer_of(heard), answer);
    EXPECT_LT(std::ranges::count_if(heard, [](const Frame& frame) { return frame.has_delta(); }), 100);
}
}  // namespace
}  // namespace rondo
