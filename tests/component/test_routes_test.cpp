// What conformance suites talk to, and that nobody else can.
#include "support/server_test.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace rondo {
namespace {
using net::Method;
using support::Answer;
using support::Client;

struct Probe {
    Method method;
    const char* target;
};
const std::vector<Probe> kRoutes{{Method::get, "/test/ws-echo"},
                                 {Method::post, "/test/echo"},
                                 {Method::post, "/test/json"},
                                 {Method::post, "/test/redact"},
                                 {Method::get, "/test/effects/k"}};

class EdgeTestRoutes : public testing::Test {
protected:
    Answer post(std::string target, std::string body, std::string type = "application/json") {
        return client.send({.method = Method::post, .target = std::move(target), .body = std::move(body), .content_type = std::move(type)});
    }
    support::Loop loop;
    support::Server server{{}, app::App::Options{.test_routes = true}};
    Client client{loop, server.port()};
};

TEST(EdgeTestRoutesClosed, WithoutTheFlagTheyAreNotThere) {
    support::Loop loop;
    support::Server server;
    Client client{loop, server.port()};
    for (const auto& [method, target] : kRoutes) {
        const Answer answer = client.send({.method = method, .target = target, .body = method == Method::post ? "{}" : ""});
        EXPECT_EQ(answer.status, 404) << target;
    }
}

TEST(EdgeTestRoutesClosed, NoSettingOpensThem) {
    for (const char* key : {"test_routes", "server.test_routes"}) { EXPECT_NE(support::refusal_of({{key, "true"}}).message, "") << key; }
}

TEST_F(EdgeTestRoutes, EchoGivesTheBytesBack) {
    const std::string bytes{"\0\xFF\r\n{\"a\": 1}", 13};
    const Answer answer = post("/test/echo", bytes, "application/x-anything; q=1");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, bytes);
    EXPECT_EQ(answer.header("content-type"), "application/x-anything; q=1");
    const std::string large(3U << 20U, 'x');
    EXPECT_EQ(post("/test/echo", large).body.size(), large.size());
}

struct JsonRow {
    const char* claim;
    std::string text;
    int status;
};
class EdgeTestRoutesJson : public EdgeTestRoutes, public testing::WithParamInterface<JsonRow> {};

std::vector<JsonRow> json_rows() {
    return {
        {"an object", R"({"a":[1,-0,1e5,1.5E-3,true,false,null]})", 200},
        {"a scalar alone", "42", 200},
        {"a string alone", R"("x")", 200},
        {"space around", " \t\r\n[1] \n", 200},
        {"a key twice", R"({"a":1,"a":2})", 200},
        {"an empty key", R"({"":0})", 200},
        {"all escapes", R"(["\"\\\/\b\f\n\r\t\u00e9"])", 200},
        {"a pair of surrogates", R"(["\ud83d\ude00"])", 200},
        {"a NUL, escaped", R"(["\u0000"])", 200},
        {"characters beyond the plane", "[\"\xF0\x9F\x98\x80\"]", 200},
        {"64 levels", std::string(64, '[') + std::string(64, ']'), 200},
        {"nothing", "", 400},
        {"space alone", " ", 400},
        {"a byte order mark", "\xEF\xBB\xBF{}", 400},
        {"invalid UTF-8", "[\"\xFF\"]", 400},
        {"a surrogate in UTF-8", "[\"\xED\xA0\x80\"]", 400},
        {"overlong UTF-8", "[\"\xC0\xAF\"]", 400},
        {"UTF-16", std::string{"[\0]\0", 4}, 400},
        {"a comma too many", "[1,]", 400},
        {"a comma too many in an object", R"({"a":1,})", 400},
        {"a comma too few", "[1 2]", 400},
        {"two values", "{} {}", 400},
        {"text behind", "[1]x", 400},
        {"not closed", "[1", 400},
        {"closed by another", "[1}", 400},
        {"a leading zero", "[012]", 400},
        {"a plus", "[+1]", 400},
        {"no digit behind the point", "[1.]", 400},
        {"no digit before it", "[.5]", 400},
        {"an exponent without digits", "[1e]", 400},
        {"hexadecimal", "[0x1]", 400},
        {"NaN", "[NaN]", 400},
        {"infinity", "[Infinity]", 400},
        {"True", "[True]", 400},
        {"single quotes", "['a']", 400},
        {"a key without quotes", "{a:1}", 400},
        {"a line break in a string", "[\"a\nb\"]", 400},
        {"a tab in a string", "[\"a\tb\"]", 400},
        {"an escape that is none", R"(["\x41"])", 400},
        {"half an escape", R"(["\u00e"])", 400},
        {"a comment", "[1]//x", 400},
        {"a NUL behind", std::string{"[1]\0", 4}, 400},
        {"100,000 levels", std::string(100'000, '['), 400},
    };
}

TEST_P(EdgeTestRoutesJson, IsJudged) {
    const Answer answer = post("/test/json", GetParam().text);
    EXPECT_EQ(answer.status, GetParam().status) << GetParam().claim << '\n' << answer.body;
}
INSTANTIATE_TEST_SUITE_P(Rfc8259, EdgeTestRoutesJson, testing::ValuesIn(json_rows()));

TEST_F(EdgeTestRoutes, EffectsAreCountedOnceAKey) {
    const auto effects = [&](const std::string& key) { return client.get("/test/effects/" + key).at("effects"); };
    EXPECT_EQ(effects("m-1"), 0);
    const std::string session = client.open_session(), other = client.open_session();
    for (int i = 0; i < 3; ++i) EXPECT_EQ(client.say(session, "你好", {{"message_id", "m-1"}}).status, 200);
    EXPECT_EQ(effects("m-1"), 1) << "sent three times";
    EXPECT_EQ(client.say(other, "你好", {{"message_id", "m-1"}}).status, 200);
    EXPECT_EQ(effects("m-1"), 2) << "keys belong to a session";
    for (int i = 0; i < 2; ++i) {
        auto request = Client::turn_request(session, "多少钱？");
        request.headers.push_back({"Idempotency-Key", "header-key"});
        EXPECT_EQ(client.send(std::move(request)).status, 200);
    }
    EXPECT_EQ(effects("header-key"), 1);
    EXPECT_EQ(effects("another"), 0);
}

TEST_F(EdgeTestRoutes, WhatDoesNotExistYetIsNotThere) { EXPECT_EQ(post("/test/redact", "x").status, 404); }
}  // namespace
}  // namespace rondo
