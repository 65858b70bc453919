// Who may say and hear what over a WebSocket, and what happens when that ends.
#include "support/keys.hpp"
#include "support/scripted.hpp"
#include "support/server_test.hpp"
#include "support/talker.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <thread>

namespace rondo {
namespace {
using guard::Role;
using support::bearer;
using support::Frame;
using support::make_key;
using support::Talker;
using support::text_of;
using support::WebSocketClient;
using Frames = std::vector<Frame>;

constexpr const char* kSecret = "CANARY5151";

class WsAccess : public support::ServerTest {
protected:
    explicit WsAccess(support::Server::Settings settings = {})
        : ServerTest{std::move(settings)},
          ada{make_key(server.data(), "acme", "ada")},
          bob{make_key(server.data(), "acme", "bob")},
          oscar{make_key(server.data(), "acme", "oscar", Role::supervisor)},
          root{make_key(server.data(), "acme", "root", Role::admin)},
          eve{make_key(server.data(), "other", "eve")} {
        restart();
        auto request = support::Client::posting("/api/v1/sessions", {{"session_id", "hers"}}, {bearer(ada)});
        EXPECT_EQ(now().send(std::move(request)).status, 201);
    }
    Talker talker(const std::string& key, std::string query = {}) {
        return {loop, server.port(), {.query = std::move(query), .headers = {bearer(key)}}};
    }
    static constexpr const char* kResume = R"({"resume":{"sessionId":"hers"}})";
    static std::string turn() {
        return fmt::format(R"({{"id":1,"startTurn":{{"userMessage":"{} 你好","messageId":"{}"}}}})", kSecret, kSecret);
    }

    std::string ada, bob, oscar, root, eve;
};

TEST_F(WsAccess, WithoutAKeyThereIsNoWebSocket) {
    WebSocketClient none{loop, server.port(), {.protocols = "rondo.v1.pb"}};
    EXPECT_EQ(none.status(), 401);
    WebSocketClient bad{loop, server.port(), {.protocols = "rondo.v1.pb", .headers = {bearer(ada + "x")}}};
    EXPECT_EQ(bad.status(), 401);
}

TEST_F(WsAccess, ATicketOpensOne) {
    const auto made = now().send(support::Client::posting("/api/v1/ws-tickets", {}, {bearer(ada)}));
    ASSERT_EQ(made.status, 201) << made.body;
    const std::string query = "?session=hers&ticket=" + made.text("ticket");
    const net::Header page{"Origin", fmt::format("http://127.0.0.1:{}", server.port())};
    Talker talker{loop, server.port(), {.query = query, .headers = {page}}};
    EXPECT_EQ(talker.until(Frame::kWelcome).back().welcome().user_id(), "ada");
    EXPECT_TRUE(talker.ask(turn()).has_done());
    WebSocketClient again{loop, server.port(), {.target = "/api/v1/ws" + query, .protocols = "rondo.v1.pb", .headers = {page}}};
    EXPECT_EQ(again.status(), 401) << "once";
}

TEST_F(WsAccess, WhatIsAnothersIsNotThere) {
    for (const auto& [who, key] : {std::pair{"another user", bob}, std::pair{"another tenant's user", eve}}) {
        Talker stranger = talker(key);
        const Frame theirs = stranger.ask(kResume), nobodys = stranger.ask(R"({"resume":{"sessionId":"nobody"}})");
        ASSERT_TRUE(theirs.has_refused()) << who;
        EXPECT_EQ(theirs.refused().error().code(), "not_found") << who;
        EXPECT_EQ(theirs.refused().error().message(), nobodys.refused().error().message()) << who;
    }
}

TEST_F(WsAccess, AnOperatorSeesWhatHappensWithoutTheTextsAndChangesNothing) {
    Talker owner = talker(ada, "?session=hers"), watcher = talker(oscar, "?session=hers");
    watcher.until(Frame::kWelcome);
    const Frames whole = owner.converse(turn()), seen = watcher.until(Frame::kCompleted);
    ASSERT_FALSE(support::answer_of(whole).empty());
    EXPECT_EQ(support::answer_of(seen), "");
    std::string all;
    for (const Frame& frame : seen) all += text_of(frame);
    EXPECT_EQ(all.find(kSecret), std::string::npos) << all;
    EXPECT_NE(all.find("[REDACTED]"), std::string::npos) << all;
    for (const char* command :
         {R"({"startTurn":{"userMessage":"x"}})", R"({"stop":{"turnNumber":1}})", R"({"regenerate":{"turnNumber":1}})"}) {
        EXPECT_EQ(watcher.ask(command).refused().error().code(), "not_found") << command;
    }
}

TEST_F(WsAccess, AnAdminSeesItWhole) {
    Talker owner = talker(ada, "?session=hers"), admin = talker(root, "?session=hers");
    admin.until(Frame::kWelcome);
    const Frames whole = owner.converse(turn()), seen = admin.until(Frame::kCompleted);
    EXPECT_EQ(support::answer_of(seen), support::answer_of(whole));
    EXPECT_EQ(support::story_of(seen), support::story_of(whole));
    for (const Frame& frame : seen) EXPECT_FALSE(frame.has_usage()) << "what it costs is its owner's";
}

TEST_F(WsAccess, AKeyThatWasRevokedEndsItsConnectionAtTheNextCommand) {
    Talker talker = this->talker(ada, "?session=hers");
    talker.until(Frame::kWelcome);
    ASSERT_TRUE(talker.ask(R"({"ping":{}})").has_pong());
    const auto changed = app::KeyFolder{server.data()}.change([&](guard::KeyBook& book) -> Status {
        for (const auto& [id, record] : book.records()) {
            if (record.scope.user.value == "ada") {
                const auto revoked = book.revoke(id, Clock::wall());
                return revoked ? Status{} : propagate(revoked);
            }
        }
        return fail(Code::not_found, "no key of ada's");
    });
    ASSERT_TRUE(changed);
    // The file is looked at from time to time.
    for (;;) {
        talker.say(R"({"id":5,"stop":{"turnNumber":9}})");
        const auto answer = talker.next();
        if (!answer) break;
    }
    EXPECT_EQ(talker.socket().close_code(), 4401);
}

TEST_F(WsAccess, TheRateOfAKeyCountsCommandByCommand) {
    const std::string slow = make_key(server.data(), "acme", "slow", Role::user, {.requests_per_minute = 3});
    restart();
    Talker talker = this->talker(slow);  // the first
    EXPECT_EQ(talker.ask(kResume).refused().error().code(), "not_found");
    EXPECT_EQ(talker.ask(kResume).refused().error().code(), "not_found");
    const Frame refused = talker.ask(kResume);
    EXPECT_EQ(refused.refused().error().reason(), "RATE_LIMITED");
    EXPECT_EQ(refused.refused().error().status(), 429U);
    EXPECT_GT(refused.refused().error().retry_after_ms(), 0U);
    EXPECT_TRUE(talker.ask(R"({"ping":{}})").has_pong()) << "a ping is no command";
    for (int i = 0; i < 40; ++i) talker.say(kResume);
    EXPECT_EQ(talker.ending(), 4429) << "who does not listen is closed";
}

class WsKeyLimit : public WsAccess {
protected:
    WsKeyLimit() : WsAccess{{{"ws.connections_per_key", "1"}}} {}
};
TEST_F(WsKeyLimit, OneKeysConnectionsAreNumbered) {
    Talker one = talker(ada), other = talker(bob);
    Talker two = talker(ada);
    EXPECT_EQ(two.ending(), 1013);
    EXPECT_TRUE(one.ask(R"({"ping":{}})").has_pong());
    EXPECT_TRUE(other.ask(R"({"ping":{}})").has_pong());
}

/// A server that goes down while a turn runs.
TEST(WsDrain, AnIdleConnectionIsClosedAtOnceOneWithATurnAfterItsEnd) {
    support::ScriptedModel model{{support::say("一"), support::wait_for_gate(), support::say("二")}};
    support::Loop loop;
    support::Server server{{}, model.as_npc()};
    support::Client client{loop, server.port()};
    const std::string session = client.open_session();
    Talker busy{loop, server.port(), {.query = "?session=" + session}}, idle{loop, server.port(), {}};
    Frames heard;
    ASSERT_TRUE(busy.ask(R"({"startTurn":{"userMessage":"你好"}})", &heard).has_done());
    while (support::answer_of(heard) != "一") heard.push_back(busy.next().value());
    client.close();
    std::thread drain{[&server] { server.app().drain(); }};
    Frames last;
    EXPECT_EQ(idle.ending(&last), 1012);
    EXPECT_TRUE(std::ranges::any_of(last, [](const Frame& f) { return f.status().state() == v1::Status::DRAINING; }));
    EXPECT_TRUE(busy.ask(R"({"startTurn":{"userMessage":"x","messageId":"m-9"}})", &heard).has_refused());
    model.gate().open();
    EXPECT_EQ(busy.ending(&heard), 1012);
    EXPECT_EQ(support::answer_of(heard), "一二") << "the turn was told to its end";
    EXPECT_TRUE(std::ranges::any_of(heard, [](const Frame& frame) { return frame.has_completed(); }));
    drain.join();
}
}  // namespace
}  // namespace rondo
