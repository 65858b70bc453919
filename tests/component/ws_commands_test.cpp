// Handshakes, every command and every refusal of rondo.v1.
#include "support/metrics.hpp"
#include "support/scripted.hpp"
#include "support/server_test.hpp"
#include "support/talker.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <set>

namespace rondo {
namespace {
using support::Frame;
using support::Talker;
using support::text_of;
using support::WebSocketClient;
using ::testing::HasSubstr;

/// Two pieces, a gate, one more.
std::vector<support::Step> script() { return {support::say("我们"), support::say("先看"), support::wait_for_gate(), support::say("价格")}; }

class WsTest : public ::testing::Test {
protected:
    explicit WsTest(support::Server::Settings settings = {}) : server{std::move(settings), model.as_npc()} { model.gate().open(); }

    Talker talker(Talker::Options options = {}) { return {loop, server.port(), std::move(options)}; }
    /// Bound to a new session.
    Talker bound(std::string protocol = "rondo.v1.pb") {
        session = client.open_session();
        return talker({.protocol = std::move(protocol), .query = "?session=" + session});
    }
    static std::string resume(std::string_view session) { return fmt::format(R"({{"resume":{{"sessionId":"{}"}}}})", session); }

    support::ScriptedModel model{script()};
    support::Loop loop;
    support::Server server;
    support::Client client{loop, server.port()};
    std::string session;
};

struct Handshake {
    const char* claim;
    WebSocketClient::Options options;
    int status;
    const char* expected;  // the subprotocol, or a part of the refusal
};
void PrintTo(const Handshake& row, std::ostream* out) { *out << row.claim; }
class WsHandshake : public WsTest, public ::testing::WithParamInterface<Handshake> {};
TEST_P(WsHandshake, IsAnswered) {
    const Handshake& row = GetParam();
    WebSocketClient socket{loop, server.port(), row.options};
    EXPECT_EQ(socket.status(), row.status);
    if (row.status == 101) EXPECT_EQ(socket.protocol(), row.expected);
    else EXPECT_THAT(socket.body(), HasSubstr(row.expected));
}
INSTANTIATE_TEST_SUITE_P(Handshakes, WsHandshake, ::testing::Values(
    Handshake{"the client's first choice that we know", {.protocols = "x, rondo.v1.json, rondo.v1.pb"}, 101, "rondo.v1.json"},
    Handshake{"binary",                                 {.protocols = "rondo.v1.pb"},                  101, "rondo.v1.pb"},
    Handshake{"older clients",                          {.protocols = "envelope.v2"},                  101, "envelope.v2"},
    Handshake{"no list",                                {},                                            101, ""},
    Handshake{"none that we know",                      {.protocols = "graphql-ws"},                   400, "UNKNOWN_SUBPROTOCOL"},
    Handshake{"a session that can be none", {.target = "/api/v1/ws?session=a%20b", .protocols = "rondo.v1.pb"},   422, "session"},
    Handshake{"a place without a session",  {.target = "/api/v1/ws?after=1.2", .protocols = "rondo.v1.pb"},       422, "after"},
    Handshake{"a place that is none", {.target = "/api/v1/ws?session=s&after=12", .protocols = "rondo.v1.pb"},    422, "after"}));

class WsEncodings : public WsTest, public ::testing::WithParamInterface<const char*> {};
TEST_P(WsEncodings, ATurnIsToldFromItsAcceptanceToWhatItCost) {
    Talker talker = bound(GetParam());
    const auto first = talker.until(Frame::kWelcome).back().welcome();
    EXPECT_EQ(first.session_id(), session);
    EXPECT_EQ(first.running_turn(), 0U);
    EXPECT_EQ(first.heartbeat_ms(), 20'000U);
    EXPECT_FALSE(first.version().empty());

    const auto heard =
        talker.converse(R"({"id":1,"startTurn":{"userMessage":"你好","messageId":"m-1","traceId":"CvdlGRbNQ92ESOshHIAxnA=="}})");

    EXPECT_EQ(support::answer_of(heard), "我们先看价格");
    std::uint32_t last = 0;
    std::set<std::string> nodes;
    bool accepted = false, completed = false, epoch = false;
    for (const Frame& frame : heard) {
        if (frame.seq() != 0) {
            EXPECT_GT(frame.seq(), last) << text_of(frame);
            EXPECT_EQ(frame.epoch() != 0, !epoch) << "the epoch is said once";
            epoch = true;
            last = frame.seq();
        }
        if (frame.has_done()) {
            EXPECT_EQ(frame.id(), 1U);
            EXPECT_EQ(frame.done().turn_number(), 1U);
            EXPECT_FALSE(frame.done().replayed());
        }
        if (frame.has_usage()) {
            EXPECT_EQ(frame.usage().turn_number(), 1U);
            EXPECT_FALSE(frame.usage().resets_at().empty());
        }
        if (frame.has_node()) nodes.insert(frame.node().name());
        if (frame.has_accepted()) {
            accepted = true;
            EXPECT_EQ(frame.accepted().message_id(), "m-1");
            EXPECT_EQ(frame.accepted().user_message(), "") << "who said it knows it";
            EXPECT_EQ(gateway::wire::trace_hex(frame.accepted().trace_id()), "0af7651916cd43dd8448eb211c80319c");
        }
        if (frame.has_completed()) {
            completed = true;
            EXPECT_EQ(frame.completed().turn_number(), 1U);
            EXPECT_EQ(frame.completed().answer_bytes(), std::string{"我们先看价格"}.size());
        }
    }
    EXPECT_TRUE(accepted && completed);
    EXPECT_THAT(nodes, ::testing::IsSupersetOf({"intent", "npc"}));
    EXPECT_EQ(talker.ask(R"({"ping":{}})").body_case(), Frame::kPong);
    talker.socket().close();
    EXPECT_EQ(talker.socket().close_code(), 1000);
}
INSTANTIATE_TEST_SUITE_P(Encodings, WsEncodings, ::testing::Values("rondo.v1.pb", "rondo.v1.json"));

TEST_F(WsTest, APersonMayTypeJsonOnABinaryConnection) {
    Talker talker = bound();
    talker.socket().send({net::WebSocket::Kind::text, R"({"id":7,"ping":{}})"});
    EXPECT_EQ(talker.until(Frame::kPong).back().id(), 7U);
}

TEST_F(WsTest, TheSameMessageIdIsTheSameTurnOnHttpToo) {
    Talker talker = bound();
    const char* said = R"({"startTurn":{"userMessage":"你好","messageId":"m-1"}})";
    talker.say(said);
    talker.until(Frame::kUsage);
    const Frame again = talker.ask(said);
    EXPECT_TRUE(again.done().replayed());
    EXPECT_EQ(again.done().turn_number(), 1U);
    const auto answer = client.say(session, "你好", {{"message_id", "m-1"}});
    EXPECT_EQ(answer.header("idempotent-replay"), "true");
    EXPECT_EQ(answer.at("turn_number"), 1);
    EXPECT_EQ(model.calls(), 1);
}

TEST_F(WsTest, AStoppedTurnKeepsWhatWasSaid) {
    model.gate().shut();
    Talker talker = bound();
    std::vector<Frame> heard;
    ASSERT_TRUE(talker.ask(R"({"startTurn":{"userMessage":"你好"}})", &heard).has_done());
    while (support::answer_of(heard) != "我们先看") heard.push_back(talker.next().value());
    EXPECT_EQ(talker.ask(R"({"stop":{"turnNumber":1}})", &heard).done().turn_number(), 1U);
    const auto completed = [](const Frame& frame) { return frame.has_completed(); };
    if (std::ranges::none_of(heard, completed)) {
        for (auto& frame : talker.until(Frame::kCompleted)) heard.push_back(std::move(frame));
    }
    const auto end = std::ranges::find_if(heard, completed);
    EXPECT_EQ(end->completed().status(), v1::STOPPED);
    EXPECT_EQ(end->completed().answer_bytes(), support::answer_of(heard).size());
    model.gate().open();
}

TEST_F(WsTest, AnAnswerIsGivenAnewAndAMessageEditedBesideWhatIsThere) {
    Talker talker = bound();
    talker.converse(R"({"id":1,"startTurn":{"userMessage":"你好"}})");
    talker.converse(R"({"id":2,"startTurn":{"userMessage":"多少钱？"}})");

    std::vector<Frame> heard = talker.converse(R"({"id":3,"regenerate":{"turnNumber":2,"messageId":"r-1"}})");
    EXPECT_TRUE(talker.ask(R"({"regenerate":{"turnNumber":2,"messageId":"r-1"}})").done().replayed());
    for (auto& frame : talker.converse(R"({"id":4,"edit":{"turnNumber":2,"userMessage":"贵吗？","messageId":"e-1"}})")) {
        heard.push_back(std::move(frame));
    }
    EXPECT_TRUE(talker.ask(R"({"edit":{"turnNumber":2,"userMessage":"贵吗？","messageId":"e-1"}})").done().replayed());
    int accepted = 0;
    for (const Frame& frame : heard) {
        if (!frame.has_accepted()) continue;
        ++accepted;
        EXPECT_EQ(frame.accepted().parent_turn(), 1U) << text_of(frame);
    }
    EXPECT_EQ(accepted, 2);
    const auto items = client.get("/api/v1/sessions/" + session + "/messages").at("items").as_array();
    EXPECT_EQ(support::text_of(items.at(2), "text"), "贵吗？");
    EXPECT_EQ(items.at(2).at("siblings"), (boost::json::array{2, 3, 4}));
}

TEST_F(WsTest, ARatingIsKept) {
    Talker talker = bound();
    talker.converse(R"({"id":1,"startTurn":{"userMessage":"你好"}})");
    EXPECT_EQ(talker.ask(R"({"rate":{"turnNumber":1,"rating":4,"comment":"好"}})").done().turn_number(), 1U);
    EXPECT_EQ(client.get("/api/v1/sessions/" + session + "/messages").at("items").as_array().at(1).at("rating"), 4);
}

TEST_F(WsTest, ACommandWithoutAnIdIsDoneInSilence) {
    Talker talker = bound();
    talker.say(R"({"startTurn":{"userMessage":"你好"}})");
    for (const Frame& frame : talker.until(Frame::kUsage)) EXPECT_FALSE(frame.has_done()) << text_of(frame);
}

/// What is refused, and nothing has changed.
struct Refusal {
    const char* claim;
    const char* command;
    const char* code;
    const char* reason;
    unsigned status;
    bool bound{true};
};
void PrintTo(const Refusal& row, std::ostream* out) { *out << row.claim; }
class WsRefusal : public WsTest, public ::testing::WithParamInterface<Refusal> {};
TEST_P(WsRefusal, IsToldUnderTheCommandsId) {
    const Refusal& row = GetParam();
    session = client.open_session();
    Talker talker{loop, server.port(), {}};
    if (row.bound) {
        ASSERT_TRUE(talker.ask(resume(session)).has_welcome());
        talker.converse(R"({"id":1,"startTurn":{"userMessage":"你好","messageId":"m-1"}})");
    }
    const Frame answer = talker.ask(row.command);
    ASSERT_TRUE(answer.has_refused()) << text_of(answer);
    EXPECT_EQ(answer.refused().error().code(), row.code) << text_of(answer);
    EXPECT_EQ(answer.refused().error().reason(), row.reason) << text_of(answer);
    EXPECT_EQ(answer.refused().error().status(), row.status) << text_of(answer);
    EXPECT_FALSE(answer.refused().error().message().empty());
    EXPECT_TRUE(talker.ask(R"({"ping":{}})").has_pong()) << "the connection goes on";
    EXPECT_EQ(client.get("/api/v1/sessions/" + session).at("turns"), row.bound ? 1 : 0);
}
INSTANTIATE_TEST_SUITE_P(Refusals, WsRefusal, ::testing::Values(
    Refusal{"a turn before a session",      R"({"startTurn":{"userMessage":"x"}})", "failed_precondition", "NO_SESSION", 409, false},
    Refusal{"a stop before a session",      R"({"stop":{"turnNumber":1}})",         "failed_precondition", "NO_SESSION", 409, false},
    Refusal{"a session that is not there",  R"({"resume":{"sessionId":"nobody"}})", "not_found", "", 404, false},
    Refusal{"another session that is not there", R"({"resume":{"sessionId":"nobody"}})", "not_found", "", 404},
    Refusal{"an empty message",             R"({"startTurn":{"userMessage":"  "}})", "invalid_argument", "INVALID_FIELDS", 422},
    Refusal{"a message id that is none",    R"({"startTurn":{"userMessage":"x","messageId":"a b"}})", "invalid_argument", "INVALID_FIELDS", 422},
    Refusal{"a repeated id of another message", R"({"startTurn":{"userMessage":"x","messageId":"m-1"}})", "invalid_argument", "IDEMPOTENCY_MISMATCH", 422},
    Refusal{"not the next turn",            R"({"startTurn":{"userMessage":"x","turnNumber":7}})", "aborted", "TURN_NUMBER_CONFLICT", 409},
    Refusal{"a parent that is not there",   R"({"startTurn":{"userMessage":"x","parentTurn":7}})", "invalid_argument", "UNKNOWN_PARENT", 422},
    Refusal{"a stop of what is not there",  R"({"stop":{"turnNumber":9}})",         "not_found", "", 404},
    Refusal{"an edit of what is not there", R"({"edit":{"turnNumber":9,"userMessage":"x"}})", "not_found", "", 404},
    Refusal{"another answer to nothing",    R"({"regenerate":{"turnNumber":9}})",   "not_found", "", 404},
    Refusal{"six stars",                    R"({"rate":{"turnNumber":1,"rating":6}})", "invalid_argument", "INVALID_FIELDS", 422},
    Refusal{"a command of tomorrow",        R"({"id":9})",                          "unimplemented", "UNKNOWN_COMMAND", 501}));

TEST_F(WsTest, APlaceThatHasNotHappenedIsRefused) {
    Talker talker = bound();
    const auto welcome = talker.until(Frame::kWelcome).back().welcome();
    const Frame refused =
        talker.ask(fmt::format(R"({{"resume":{{"sessionId":"{}","epoch":{},"lastSeq":999}}}})", session, std::max(1U, welcome.epoch())));
    EXPECT_EQ(refused.refused().error().reason(), "UNKNOWN_PLACE") << text_of(refused);
    EXPECT_TRUE(talker.ask(R"({"startTurn":{"userMessage":"你好"}})").has_done()) << "the binding before it holds";
}

TEST_F(WsTest, ABusySessionRefusesASecondTurnAndOneThatFollowsIsDone) {
    model.gate().shut();
    Talker talker = bound();
    ASSERT_TRUE(talker.ask(R"({"startTurn":{"userMessage":"你好"}})").has_done());
    const Frame refused = talker.ask(R"({"startTurn":{"userMessage":"多少钱？"}})");
    EXPECT_EQ(refused.refused().error().reason(), "SESSION_BUSY");
    EXPECT_EQ(refused.refused().error().message(), "Another request is processing");
    model.gate().open();
    talker.until(Frame::kUsage);
    EXPECT_TRUE(talker.ask(R"({"startTurn":{"userMessage":"多少钱？"}})").has_done());
}

/// What ends a connection.
struct Ending {
    const char* claim;
    const char* protocol;
    net::WebSocket::Message message;
    std::uint16_t code;
};
void PrintTo(const Ending& row, std::ostream* out) { *out << row.claim; }
class WsEnding : public WsTest, public ::testing::WithParamInterface<Ending> {};
TEST_P(WsEnding, HasItsCode) {
    const Ending& row = GetParam();
    Talker talker = bound(row.protocol);
    talker.socket().send(row.message);
    EXPECT_EQ(talker.ending(), row.code);
    const auto metrics = client.get("/metrics").body;
    EXPECT_EQ(support::metric(metrics, "rondo_ws_closed_total", {fmt::format(R"(code="{}")", row.code)}), 1);
    EXPECT_EQ(support::metric(metrics, "rondo_ws_connections"), 0);
}
constexpr auto kText = net::WebSocket::Kind::text;
constexpr auto kBinary = net::WebSocket::Kind::binary;
INSTANTIATE_TEST_SUITE_P(Endings, WsEnding, ::testing::Values(
    Ending{"bytes that are no frame",           "rondo.v1.pb",   {kBinary, "\xff\xff"},                      4400},
    Ending{"text that is no JSON",              "rondo.v1.pb",   {kText, "hello"},                           4400},
    Ending{"a frame that only the server sends", "rondo.v1.pb",  {kText, R"({"delta":{"text":"x"}})"},       4400},
    Ending{"a binary message among JSON",       "rondo.v1.json", {kBinary, std::string{"\x5a\x00", 2}},      4400},
    Ending{"a message of more than a MiB",      "rondo.v1.json", {kText, std::string((1U << 20U) + 1, ' ')}, 1009}));

TEST_F(WsTest, WhatIsMeasured) {
    Talker talker = bound();
    const auto heard = talker.converse(R"({"id":1,"startTurn":{"userMessage":"你好"}})");
    talker.say(fmt::format(R"({{"ack":{{"seq":{}}}}})", support::place_of(heard).seq));
    ASSERT_TRUE(talker.ask(R"({"ping":{}})").has_pong());
    const auto metrics = client.get("/metrics").body;
    const auto of = [&](const char* name, std::initializer_list<std::string_view> labels) {
        return support::metric(metrics, name, labels);
    };
    EXPECT_EQ(of("rondo_ws_connections", {R"(protocol="rondo.v1.pb")"}), 1);
    EXPECT_EQ(of("rondo_ws_frames_total", {R"(protocol="rondo.v1.pb")", R"(direction="in")"}), 3);
    EXPECT_GT(of("rondo_ws_bytes_total", {R"(protocol="rondo.v1.pb")", R"(direction="out")"}), 50);
    EXPECT_EQ(of("rondo_ws_resumes_total", {R"(result="ok")"}), 1);
    EXPECT_EQ(of("rondo_ws_ack_seconds_count", {}), 1);
}

TEST_F(WsTest, AnotherConfigurationIsTold) {
    Talker talker = bound();
    talker.until(Frame::kWelcome);
    const auto workflow = client.get("/api/v1/config/workflow").at("workflow");
    const auto put =
        client.send({.method = net::Method::put, .target = "/api/v1/config/workflow", .body = boost::json::serialize(workflow)});
    ASSERT_EQ(put.status, 200) << put.body;
    EXPECT_EQ(talker.until(Frame::kConfigChanged).back().config_changed().generation(), 2U);
}

TEST_F(WsTest, ADeletedSessionIsToldAndTheConnectionMayGoOnElsewhere) {
    Talker talker = bound();
    talker.until(Frame::kWelcome);
    ASSERT_EQ(client.send({.method = net::Method::delete_, .target = "/api/v1/sessions/" + session}).status, 204);
    EXPECT_EQ(talker.until(Frame::kStatus).back().status().state(), v1::Status::DELETED);
    EXPECT_EQ(talker.ask(R"({"startTurn":{"userMessage":"x"}})").refused().error().reason(), "NO_SESSION");
    EXPECT_TRUE(talker.ask(resume(client.open_session())).has_welcome());
    EXPECT_TRUE(talker.ask(R"({"startTurn":{"userMessage":"x"}})").has_done());
}

class WsLimits : public WsTest {
protected:
    WsLimits() : WsTest{{{"ws.connections_per_session", "1"}, {"ws.commands_in_flight", "1"}, {"turn.busy", "queue"}}} {}
};

TEST_F(WsLimits, OfConnectionsOfASessionFreeTheirPlaceWhenTheyGo) {
    Talker one = bound();
    one.until(Frame::kWelcome);
    Talker two = talker();
    EXPECT_EQ(two.ask(resume(session)).refused().error().reason(), "TOO_MANY_CONNECTIONS");
    ASSERT_TRUE(one.ask(resume(client.open_session())).has_welcome()) << "it moves on";
    EXPECT_TRUE(two.ask(resume(session)).has_welcome());
}

TEST_F(WsLimits, OfCommandsAtOnceAndAPingIsNone) {
    model.gate().shut();
    Talker talker = bound();
    ASSERT_TRUE(talker.ask(R"({"startTurn":{"userMessage":"你好"}})").has_done());
    talker.say(R"({"id":50,"startTurn":{"userMessage":"多少钱？"}})");  // waits for the first one's end
    EXPECT_EQ(talker.ask(R"({"stop":{"turnNumber":1}})").refused().error().reason(), "TOO_MANY_COMMANDS");
    EXPECT_TRUE(talker.ask(R"({"ping":{}})").has_pong());
    model.gate().open();
    EXPECT_TRUE(talker.until([](const Frame& frame) { return frame.id() == 50; }).back().has_done());
}
}  // namespace
}  // namespace rondo
