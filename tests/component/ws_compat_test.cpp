// Older clients over a real server: literal names, no list of subprotocols or envelope.v2.
#include "edge/gateway/compat/envelope_codec.hpp"
#include "support/scripted.hpp"
#include "support/server_test.hpp"
#include "support/web_socket_client.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace rondo {
namespace {
using boost::json::object;
using support::text_of;
using support::WebSocketClient;
using Kind = net::WebSocket::Kind;

class WsCompat : public ::testing::Test {
protected:
    WebSocketClient connect(std::string protocols = {}) { return {loop, server.port(), {.protocols = std::move(protocols)}}; }
    static void chat(WebSocketClient& socket, std::string_view payload, std::string_view request_id = "r-1") {
        socket.send(
            {Kind::text, fmt::format(R"({{"version":"2.0","type":"chat","payload":{},"trace_id":"0af7651916cd43dd8448eb211c80319c",)"
                                     R"("request_id":"{}","timestamp":1760000000000}})",
                                     payload, request_id)});
    }
    static object hear(WebSocketClient& socket) {
        const auto message = socket.receive();
        if (!message) throw std::runtime_error{fmt::format("the connection ended with {}", socket.close_code())};
        EXPECT_EQ(message->kind, Kind::text);
        return boost::json::parse(message->data).as_object();
    }
    /// The answer's text, from its acceptance to its end; every envelope has the founding members.
    static std::string answer(WebSocketClient& socket, std::string_view end = "completed", object* last = nullptr) {
        std::string text;
        for (;;) {
            const object envelope = hear(socket);
            for (const char* member : {"version", "type", "payload", "trace_id", "request_id", "timestamp"}) {
                EXPECT_TRUE(envelope.contains(member)) << member;
            }
            EXPECT_EQ(envelope.at("version"), "2.0");
            EXPECT_TRUE(envelope.at("timestamp").is_int64());
            const auto& payload = envelope.at("payload");
            if (envelope.at("type") == "chat") text += text_of(payload, "message");
            if (envelope.at("type") == "status" && text_of(payload, "status") == end) {
                if (last) *last = envelope;
                return text;
            }
        }
    }

    support::ScriptedModel model{{support::say("我们"), support::say("先看")}};
    support::Loop loop;
    support::Server server{{}, model.as_npc()};
    support::Client client{loop, server.port()};
};

TEST_F(WsCompat, AChatInASessionThatIsThere) {
    ASSERT_EQ(client.open_session({{"session_id", "s1"}}), "s1");
    auto socket = connect();
    ASSERT_EQ(socket.status(), 101);
    chat(socket, R"({"session_id":"s1","user_id":"anonymous","message":"你好","tool_calls":[]})");
    const object accepted = hear(socket);
    EXPECT_EQ(accepted.at("type"), "status");
    EXPECT_EQ(text_of(accepted.at("payload"), "status"), "accepted");
    EXPECT_EQ(text_of(accepted.at("payload"), "session_id"), "s1");
    EXPECT_EQ(accepted.at("request_id"), "r-1");
    EXPECT_EQ(accepted.at("trace_id"), "0af7651916cd43dd8448eb211c80319c");
    object last;
    EXPECT_EQ(answer(socket, "completed", &last), "我们先看");
    EXPECT_EQ(last.at("payload").at("turn_number"), 1);
    const auto stored = client.get("/api/v1/sessions/s1/messages").at("items").as_array();
    EXPECT_EQ(text_of(stored.at(0), "message_id"), "r-1") << "the request's id is the turn's";
    EXPECT_EQ(text_of(stored.at(1), "trace_id"), "0af7651916cd43dd8448eb211c80319c");
}

TEST_F(WsCompat, AChatMakesItsSessionWhenItIsNotThere) {
    auto socket = connect("envelope.v2");
    EXPECT_EQ(socket.protocol(), "envelope.v2");
    chat(socket, R"({"session_id":"fresh","message":"你好"})");
    EXPECT_EQ(answer(socket), "我们先看");
    EXPECT_EQ(client.get("/api/v1/sessions/fresh").text("scenario"), "sales-zh");
}

TEST_F(WsCompat, AMessageAloneOpensASessionAndTheNextOneStaysInIt) {
    auto socket = connect();
    object last;
    chat(socket, R"({"message":"你好"})");
    EXPECT_EQ(answer(socket, "completed", &last), "我们先看");
    const std::string session = text_of(last.at("payload"), "session_id");
    EXPECT_TRUE(session.starts_with("s_")) << session;
    chat(socket, R"({"message":"多少钱？"})", "r-2");
    answer(socket, "completed", &last);
    EXPECT_EQ(text_of(last.at("payload"), "session_id"), session);
    EXPECT_EQ(last.at("payload").at("turn_number"), 2);
}

TEST_F(WsCompat, TheSameRequestIdIsTheSameTurn) {
    auto socket = connect();
    chat(socket, R"({"session_id":"s1","message":"你好"})");
    answer(socket);
    chat(socket, R"({"session_id":"s1","message":"你好"})");
    chat(socket, R"({"session_id":"s1","message":"多少钱？"})", "r-2");
    answer(socket);
    EXPECT_EQ(model.calls(), 2);
    EXPECT_EQ(client.get("/api/v1/sessions/s1").at("turns"), 2);
}

TEST_F(WsCompat, TheFormIsToldByTheOpcode) {
    auto socket = connect();
    gateway::compat::v2::Envelope asked, told;
    gateway::compat::v2::ChatMessage message;
    message.set_session_id("s1");
    message.set_message("你好");
    asked.set_version("2.0");
    asked.set_type("chat");
    asked.set_payload(message.SerializeAsString());
    asked.set_request_id("r-1");
    socket.send({Kind::binary, asked.SerializeAsString()});
    std::string text;
    for (;;) {
        const auto heard = socket.receive();
        ASSERT_TRUE(heard) << socket.close_code();
        ASSERT_EQ(heard->kind, Kind::binary);
        ASSERT_TRUE(told.ParseFromString(heard->data));
        EXPECT_EQ(told.version(), "2.0");
        gateway::compat::v2::StatusMessage status;
        if (told.type() == "chat" && message.ParseFromString(told.payload())) text += message.message();
        if (told.type() == "status" && status.ParseFromString(told.payload()) && status.status() == "completed") break;
    }
    EXPECT_EQ(text, "我们先看");
    chat(socket, R"({"session_id":"s1","message":"多少钱？"})", "r-2");
    EXPECT_EQ(answer(socket), "我们先看") << "JSON is answered in JSON";
}

struct Row {
    const char* claim;
    const char* message;
    const char* status;
    const char* code;
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.claim; }
class WsCompatRefusal : public WsCompat, public ::testing::WithParamInterface<Row> {};
TEST_P(WsCompatRefusal, IsAStatusUnderTheRequestsId) {
    auto socket = connect();
    socket.send({Kind::text, GetParam().message});
    const object told = hear(socket);
    EXPECT_EQ(told.at("type"), "status");
    EXPECT_EQ(told.at("request_id"), "r-9");
    EXPECT_EQ(text_of(told.at("payload"), "status"), GetParam().status);
    EXPECT_EQ(text_of(told.at("payload"), "code"), GetParam().code);
    EXPECT_FALSE(text_of(told.at("payload"), "message").empty());
}
INSTANTIATE_TEST_SUITE_P(Refusals, WsCompatRefusal, ::testing::Values(
    Row{"a tool's result, of which none was asked", R"({"version":"2.0","type":"tool_result","payload":{"id":"1"},"request_id":"r-9"})", "unsupported", "UNKNOWN_COMMAND"},
    Row{"a type of others",        R"({"version":"2.0","type":"shout","request_id":"r-9"})",                                         "unsupported", "UNKNOWN_COMMAND"},
    Row{"an empty message",        R"({"version":"2.0","type":"chat","payload":{"session_id":"s1"},"request_id":"r-9"})",            "refused",     "INVALID_FIELDS"},
    Row{"a session that can be none", R"({"version":"2.0","type":"chat","payload":{"session_id":"a b","message":"x"},"request_id":"r-9"})", "refused", "INVALID_FIELDS"}));

TEST_F(WsCompat, WhatIsNoEnvelopeEndsTheConnection) {
    auto socket = connect();
    socket.send({Kind::binary, R"({"type":"chat"})"});  // JSON in a binary message: nothing is tried out
    EXPECT_FALSE(socket.receive());
    EXPECT_EQ(socket.close_code(), 4400);
}
}  // namespace
}  // namespace rondo
