// Whoever refuses a request to /v1, its SDK hears it in its own shape.
#include "component/provided.hpp"
#include "support/keys.hpp"

#include <gmock/gmock.h>

#include <memory>

namespace rondo {
namespace {
using boost::json::array;
using boost::json::object;
using boost::json::value;
using support::Answer;
using support::bearer;
using support::Client;
using support::kAnthropic;
using support::kOpenAi;
using support::make_key;
using support::Provided;
using support::Surface;
using support::text_of;

class Refusals : public Provided, public ::testing::WithParamInterface<Surface> {
protected:
    const Surface& surface = GetParam();
};

TEST_P(Refusals, WhatIsRefusedIsToldInTheSdksShape) {
    const object sound = surface.request(fmt::format("{}/ok", surface.target), "hi");
    const auto with = [&](const char* key, value changed) {
        object body = sound;
        body[key] = std::move(changed);
        return boost::json::serialize(body);
    };
    struct Row {
        const char* claim;
        net::Method method;
        std::string body;
        int status;
        const char* type;
        const char* code;
    };
    const Row rows[]{
        {"no such model", net::Method::post, with("model", "none"), 404, "not_found_error", "model_not_found"},
        {"no such scenario", net::Method::post, with("model", "rondo/none"), 404, "not_found_error", "model_not_found"},
        {"a scenario without a name", net::Method::post, with("model", "rondo/"), 404, "not_found_error", "model_not_found"},
        {"no messages", net::Method::post, with("messages", array{}), 400, "invalid_request_error", "invalid_fields"},
        {"no JSON", net::Method::post, "{", 400, "invalid_request_error", "malformed_json"},
        {"another method", net::Method::get, "", 405, "invalid_request_error", "method_not_allowed"},
        {"too long a body", net::Method::post, std::string((8U << 20U) + 1, ' '), 413,
         surface.openai() ? "invalid_request_error" : "request_too_large", "body_too_large"},
    };
    for (const auto& [claim, method, body, status, type, code] : rows) {
        Client fresh{loop, server.port()};
        const Answer answer = fresh.send({.method = method, .target = surface.path, .headers = {}, .body = body});
        EXPECT_EQ(answer.status, status) << claim << '\n' << answer.body;
        EXPECT_EQ(answer.header("content-type"), "application/json") << claim;
        EXPECT_EQ(text_of(answer.at("error"), "type"), type) << claim << '\n' << answer.body;
        EXPECT_FALSE(text_of(answer.at("error"), "message").empty()) << claim;
        EXPECT_FALSE(answer.header("x-request-id").empty()) << claim;
        if (surface.openai()) EXPECT_EQ(text_of(answer.at("error"), "code"), code) << claim;
        else EXPECT_EQ(answer.text("type"), "error") << claim;
    }
}

INSTANTIATE_TEST_SUITE_P(Both, Refusals, testing::Values(kOpenAi, kAnthropic), [](const auto& at) { return at.param.name; });

class Elsewhere : public Provided {};

TEST_F(Elsewhere, AnUnknownPathIsRefusedInTheSdksShape) {
    const Answer openai = client.post("/v1/responses", {});
    EXPECT_EQ(openai.status, 404);
    EXPECT_EQ(text_of(openai.at("error"), "type"), "not_found_error");
    const Answer anthropic = client.post("/v1/complete", {}, {{"anthropic-version", "2023-06-01"}});
    EXPECT_EQ(anthropic.status, 404);
    EXPECT_EQ(anthropic.text("type"), "error");
    EXPECT_EQ(client.post("/v2", {}).header("content-type"), "application/problem+json") << "elsewhere as ever";
}

class Limited : public Provided {
protected:
    Limited()
        : Provided{{{"ledger.user_day", "0.001"}, {"llm.gateway.breaker_min_calls", "2"}, {"llm.gateway.breaker_failure_rate", "0.5"}}} {}
};

TEST_F(Limited, AnExhaustedBudgetSaysSoAndThatRepeatingDoesNotHelp) {
    for (const Surface& surface : {kOpenAi, kAnthropic}) {
        object body = surface.request(std::string{surface.target} + "/ok", "hi");
        body["max_tokens"] = 1'000'000;
        const Answer answer = ask(surface, body);
        EXPECT_EQ(answer.status, 429) << answer.body;
        EXPECT_EQ(answer.header("x-should-retry"), "false");
        EXPECT_THAT(text_of(answer.at("error"), "message"), testing::HasSubstr("0.001")) << "the limit is told";
        EXPECT_EQ(text_of(answer.at("error"), "type"), surface.openai() ? "insufficient_quota" : "rate_limit_error");
        if (surface.openai()) EXPECT_EQ(text_of(answer.at("error"), "code"), "budget_exceeded");
    }
}

TEST_F(Limited, AnOpenBreakerIsA503ThatSaysWhenToComeBack) {
    const auto ask_mock = [&] {
        object body = kOpenAi.request("mock/server-error", "hi");
        body["max_tokens"] = 1;  // which the budget allows
        return ask(kOpenAi, body);
    };
    Answer answer = ask_mock();
    for (int i = 0; i < 10 && text_of(answer.at("error"), "code") != "circuit_breaker_open"; ++i) answer = ask_mock();
    EXPECT_EQ(answer.status, 503) << answer.body;
    EXPECT_EQ(text_of(answer.at("error"), "code"), "circuit_breaker_open") << answer.body;
    EXPECT_FALSE(answer.header("retry-after").empty());
    EXPECT_EQ(answer.header("x-rondo-attempts"), "0") << "the provider was left alone";
}

class Keyed : public Provided {
protected:
    Keyed()
        : key{make_key(server.data(), "acme", "ada", guard::Role::user, {.tokens_per_minute = 5})},
          few{make_key(server.data(), "acme", "bob", guard::Role::user, {.requests_per_minute = 1})} {
        client.close();
        server.restart();
        now = std::make_unique<Client>(loop, server.port());
    }
    Answer ask_with(const Surface& surface, const std::string& with) {
        std::vector<net::Header> headers;
        if (!with.empty()) headers.push_back(bearer(with));
        return now->post(surface.path, surface.request(std::string{surface.target} + "/ok", "hi"), std::move(headers));
    }
    std::string key, few;
    std::unique_ptr<Client> now;
};

TEST_F(Keyed, AKeyThatIsMissingOrWrongIsRefusedInTheSdksShape) {
    for (const Surface& surface : {kOpenAi, kAnthropic}) {
        for (const char* wrong : {"", "rk_wrong"}) {
            const Answer answer = ask_with(surface, wrong);
            EXPECT_EQ(answer.status, 401);
            EXPECT_EQ(answer.header("www-authenticate"), "Bearer");
            EXPECT_FALSE(answer.header("x-request-id").empty());
            EXPECT_EQ(text_of(answer.at("error"), "type"), "authentication_error") << answer.body;
            if (surface.openai()) EXPECT_EQ(text_of(answer.at("error"), "code"), "invalid_api_key");
        }
    }
    EXPECT_TRUE(provider.attempts().empty()) << "no provider hears of it";
}

TEST_F(Keyed, ALimitOfRequestsIsToldInTheSdksShape) {
    EXPECT_EQ(ask_with(kOpenAi, few).status, 200);
    const Answer refused = ask_with(kOpenAi, few);
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(text_of(refused.at("error"), "code"), "rate_limit_exceeded");
    EXPECT_EQ(refused.header("x-ratelimit-remaining-requests"), "0");
    EXPECT_FALSE(refused.header("retry-after").empty());
}

TEST_F(Keyed, TokensOfAModelsAnswerCountAgainstTheKeysLimit) {
    const Answer first = ask_with(kOpenAi, key);
    ASSERT_EQ(first.status, 200) << first.body;
    EXPECT_EQ(first.header("x-ratelimit-remaining-tokens"), "5");
    const Answer second = ask_with(kOpenAi, key);
    EXPECT_EQ(second.status, 429) << second.body;
    EXPECT_EQ(second.header("x-ratelimit-remaining-tokens"), "0");
}
}  // namespace
}  // namespace rondo
