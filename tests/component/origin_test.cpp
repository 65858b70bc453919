// Pages of other origins, names that are not the server's, tickets, CORS: over HTTP, as a browser meets them.
#include "platform/net/target.hpp"
#include "support/keys.hpp"
#include "support/server_test.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace rondo {
namespace {
using net::Method;
using support::Answer;
using support::Server;
using testing::HasSubstr;

constexpr const char* kAllowed = "https://chat.example.org";

class EdgeOrigin : public support::ServerTest {
protected:
    explicit EdgeOrigin(Server::Settings settings = {}) : ServerTest{std::move(settings)} {}

    Answer ask(Method method, std::string target, std::vector<net::Header> headers = {}, std::string body = {}) {
        return now().send({.method = method, .target = std::move(target), .headers = std::move(headers), .body = std::move(body)});
    }
    Answer from(std::string origin, Method method, std::string target, std::string body = {}) {
        return ask(method, std::move(target), {{"Origin", std::move(origin)}}, std::move(body));
    }
    [[nodiscard]] std::string own() const { return fmt::format("http://127.0.0.1:{}", server.port()); }
};

TEST_F(EdgeOrigin, AForeignPageChangesNothingAnywhere) {
    for (const auto& route : server.app().routes().routes()) {
        if (route.method == Method::get) continue;
        const Answer answer = from("https://evil.example", route.method, route.pattern, "{}");
        EXPECT_EQ(answer.status, 403) << route.pattern << '\n' << answer.body;
        EXPECT_THAT(answer.body, HasSubstr("server.allowed_origins")) << route.pattern;
        if (!route.pattern.starts_with("/v1/")) EXPECT_EQ(answer.text("code"), "FOREIGN_ORIGIN") << route.pattern;
        EXPECT_EQ(answer.header("access-control-allow-origin"), "") << route.pattern;
    }
    EXPECT_TRUE(client.get("/api/v1/sessions").at("items").as_array().empty());
}

TEST_F(EdgeOrigin, TheSdksHearItInTheirShapes) {
    const Answer openai = from("null", Method::post, "/v1/chat/completions", "{}");
    EXPECT_EQ(openai.status, 403);
    EXPECT_TRUE(openai.at("error").is_object()) << openai.body;
    const Answer anthropic = from("null", Method::post, "/v1/messages", "{}");
    EXPECT_EQ(anthropic.status, 403);
    EXPECT_EQ(anthropic.text("type"), "error") << anthropic.body;
}

TEST_F(EdgeOrigin, OurOwnPageAndProgramsMay) {
    EXPECT_EQ(from(own(), Method::post, "/api/v1/sessions", "{}").status, 201);
    EXPECT_EQ(ask(Method::post, "/api/v1/sessions", {}, "{}").status, 201);
    EXPECT_EQ(from("https://evil.example", Method::get, "/api/v1/scenarios").status, 200) << "its browser keeps the answer from it";
    EXPECT_EQ(from(own() + "0", Method::post, "/api/v1/sessions", "{}").status, 403);
}

TEST_F(EdgeOrigin, WithoutAListNobodyIsToldOfOthers) {
    const Answer asked = ask(Method::options, "/api/v1/sessions", {{"Origin", kAllowed}, {"Access-Control-Request-Method", "POST"}});
    EXPECT_EQ(asked.status, 405);
    EXPECT_EQ(asked.header("access-control-allow-origin"), "");
    EXPECT_EQ(asked.header("vary"), "");
}

struct HostRow {
    const char* claim;
    const char* host;
    const char* target;
    int status;
};

TEST_F(EdgeOrigin, AnOpenServerAnswersToNamesOfItsMachine) {
    for (const auto& [claim, host, target, status] : {
             HostRow{"by name", "localhost:8000", "/api/v1/scenarios", 200},
             HostRow{"by address", "127.0.0.1", "/api/v1/scenarios", 200},
             HostRow{"by IPv6 address", "[::1]:8000", "/api/v1/scenarios", 200},
             HostRow{"a name made to point here", "evil.example:8000", "/api/v1/scenarios", 421},
             HostRow{"nor does it get the page", "evil.example:8000", "/", 421},
             HostRow{"nor what is not there", "evil.example:8000", "/nothing", 421},
             HostRow{"probes ask under any name", "10.1.2.3:8000", "/readyz", 200},
             HostRow{"so does Prometheus", "rondo.monitoring.svc:8000", "/metrics", 200},
         }) {
        net::ClientRequest request{.target = target};
        request.headers.push_back({"Host", host});
        const Answer answer = client.send(std::move(request));
        EXPECT_EQ(answer.status, status) << claim << '\n' << answer.body;
        if (status == 421) EXPECT_EQ(answer.text("code"), "UNKNOWN_HOST") << claim;
    }
}

TEST_F(EdgeOrigin, WithAKeyTheNameIsNoMatter) {
    const std::string key = support::make_key(server.data(), "acme", "ada");
    restart();
    const Answer answer = ask(Method::get, "/api/v1/scenarios", {{"Host", "rondo.example.org"}, support::bearer(key)});
    EXPECT_EQ(answer.status, 200) << answer.body;
}

TEST_F(EdgeOrigin, ATicketIsMadeForWhoeverMayHaveOne) {
    const Answer open = from(own(), Method::post, "/api/v1/ws-tickets");
    EXPECT_EQ(open.status, 201) << open.body;
    EXPECT_EQ(open.text("ticket").size(), 67U);
    EXPECT_EQ(open.at("expires_in").as_int64(), 30);
    EXPECT_EQ(open.header("cache-control"), "no-store");
    EXPECT_EQ(from("https://evil.example", Method::post, "/api/v1/ws-tickets").status, 403);
    const std::string key = support::make_key(server.data(), "acme", "ada");
    restart();
    EXPECT_EQ(ask(Method::post, "/api/v1/ws-tickets").status, 401);
    const Answer known = ask(Method::post, "/api/v1/ws-tickets", {support::bearer(key)});
    EXPECT_EQ(known.status, 201) << known.body;
    EXPECT_NE(known.text("ticket"), open.text("ticket"));
}

class EdgeOriginShared : public EdgeOrigin {
protected:
    EdgeOriginShared() : EdgeOrigin{{{"server.allowed_origins", kAllowed}, {"server.allowed_hosts", "rondo.lan"}}} {}
};

TEST_F(EdgeOriginShared, APageOfAnAllowedOriginReadsAndChanges) {
    for (const char* target : {"/api/v1/sessions", "/v1/chat/completions"}) {
        const Answer answer = from(kAllowed, Method::post, target, "{}");
        EXPECT_NE(answer.status, 403) << target << '\n' << answer.body;
        EXPECT_EQ(answer.header("access-control-allow-origin"), kAllowed) << target;
        EXPECT_EQ(answer.header("vary"), "Origin") << target;
        EXPECT_THAT(std::string{answer.header("access-control-expose-headers")}, HasSubstr("Retry-After")) << target;
        EXPECT_EQ(answer.header("access-control-allow-credentials"), "") << "there are no cookies";
    }
    EXPECT_EQ(from(kAllowed, Method::get, "/nothing").header("access-control-allow-origin"), kAllowed) << "it may read refusals, too";
}

TEST_F(EdgeOriginShared, WhatBrowsersAskBeforeTheySend) {
    const auto ask_before = [&](const char* origin, const char* target) {
        return ask(Method::options, target,
                   {{"Origin", origin},
                    {"Access-Control-Request-Method", "POST"},
                    {"Access-Control-Request-Headers", "authorization,content-type"},
                    {"Access-Control-Request-Private-Network", "true"}});
    };
    for (const char* target : {"/api/v1/sessions", "/v1/messages"}) {
        const Answer answer = ask_before(kAllowed, target);
        EXPECT_EQ(answer.status, 204) << target << '\n' << answer.body;
        EXPECT_EQ(answer.header("access-control-allow-origin"), kAllowed) << target;
        EXPECT_THAT(std::string{answer.header("access-control-allow-methods")}, HasSubstr("POST")) << target;
        EXPECT_EQ(answer.header("access-control-allow-headers"), "authorization,content-type") << target;
        EXPECT_EQ(answer.header("access-control-allow-private-network"), "true") << target;
        EXPECT_EQ(answer.header("access-control-max-age"), "600") << target;
    }
    const Answer foreign = ask_before("https://evil.example", "/api/v1/sessions");
    EXPECT_EQ(foreign.status, 405);
    EXPECT_EQ(foreign.header("access-control-allow-origin"), "");
    EXPECT_EQ(foreign.header("vary"), "Origin") << "a cache must not give this answer to others";
    EXPECT_EQ(ask_before(kAllowed, "/nothing").status, 404);
}

TEST_F(EdgeOriginShared, EventStreamsAreSharedToo) {
    const std::string session = client.open_session();
    ASSERT_EQ(client.say(session, "你好").status, 200);
    net::ClientRequest request{.target = fmt::format("/api/v1/sessions/{}/turns/1/events", session)};
    request.headers.push_back({"Origin", kAllowed});
    auto stream = client.stream(std::move(request));
    EXPECT_EQ(net::find_header(stream.head().headers, "access-control-allow-origin"), kAllowed);
    EXPECT_FALSE(stream.rest().empty());
}

TEST_F(EdgeOriginShared, AListedNameIsAnswered) {
    EXPECT_EQ(ask(Method::get, "/api/v1/scenarios", {{"Host", "rondo.lan"}}).status, 200);
    EXPECT_EQ(ask(Method::get, "/api/v1/scenarios", {{"Host", "other.lan"}}).status, 421);
}

TEST(EdgeOriginSettings, WhatIsNoOriginIsAFault) {
    const Error star = support::refusal_of({{"server.allowed_origins", "*"}});
    ASSERT_FALSE(star.faults.empty());
    EXPECT_EQ(star.faults[0].path, "server.allowed_origins");
    EXPECT_FALSE(support::refusal_of({{"server.allowed_hosts", "rondo.lan:8000"}}).faults.empty());
}
}  // namespace
}  // namespace rondo
