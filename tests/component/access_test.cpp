// Nobody reaches what is another's. The routes are read from the API's own document, so a new one is probed without a new test.
#include "platform/net/target.hpp"
#include "support/keys.hpp"
#include "support/server_test.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <set>
#include <vector>

namespace rondo {
namespace {
using boost::json::object;
using guard::Role;
using support::Answer;
using support::bearer;
using support::make_key;
using support::text_of;

constexpr const char* kVictim = "victims-session";
constexpr const char* kCanary = "CANARY5151";
constexpr const char* kSum = "51515.15";  // the victim's limit

class Access : public support::ServerTest {
protected:
    Access()
        : ada{make_key(server.data(), "acme", "ada")},
          bob{make_key(server.data(), "acme", "bob")},
          oscar{make_key(server.data(), "acme", "oscar", Role::supervisor)},
          root{make_key(server.data(), "acme", "root", Role::admin)},
          eve{make_key(server.data(), "other", "eve")},
          ada_of_other{make_key(server.data(), "other", "ada")},
          root_of_other{make_key(server.data(), "other", "root", Role::admin)} {
        restart();
        document = now().get("/openapi.json").json;
    }

    Answer ask(const std::string& key, net::Method method, std::string target, std::string body = {},
               std::vector<net::Header> headers = {}) {
        if (!key.empty()) headers.push_back(bearer(key));
        return now().send({.method = method, .target = std::move(target), .headers = std::move(headers), .body = std::move(body)});
    }
    /// A session of ada's with one turn, full of canaries; returns what it must look like for ever.
    std::string prepare() {
        const object session{{"session_id", kVictim}, {"scenario", "sales-zh"}, {"persona", {{"name", kCanary}, {"role", kCanary}}}};
        EXPECT_EQ(ask(ada, net::Method::post, "/api/v1/sessions", boost::json::serialize(session)).status, 201);
        const object turn{{"user_message", std::string{kCanary} + " 多少钱？"}, {"message_id", kCanary}};
        const Answer said = ask(ada, net::Method::post, fmt::format("/api/v1/sessions/{}/turns", kVictim), boost::json::serialize(turn));
        EXPECT_EQ(said.status, 200) << said.body;
        answer_text = said.text("npc_response");
        EXPECT_GT(answer_text.size(), 5U);
        const Answer budget = ask(root, net::Method::put, "/api/v1/budgets/ada", fmt::format(R"({{"day":{}}})", kSum));
        EXPECT_EQ(budget.status, 200) << budget.body;
        return whole();
    }
    std::string whole() {
        const std::string path = fmt::format("/api/v1/sessions/{}", kVictim);
        return ask(ada, net::Method::get, path).body + ask(ada, net::Method::get, path + "/messages").body +
               ask(ada, net::Method::get, "/api/v1/budgets/ada").body + ask(ada, net::Method::get, "/api/v1/usage?by=node").body;
    }

    struct Probe {
        std::string name, target, body;
        net::Method method;
        std::vector<net::Header> headers;
        bool on_theirs;   ///< its path names something of the victim's
        bool open;
    };
    /// Every documented request of every operation, aimed at `session`, its first turn, and the budget `subject`.
    std::vector<Probe> probes(std::string_view session, std::string_view subject) {
        static const std::set<std::string> kOpen{"livez", "readyz", "health", "version", "openapi", "docs"};
        std::vector<Probe> all;
        for (const auto& [path, operations] : document.at("paths").as_object()) {
            for (const auto& [method, operation] : operations.as_object()) {
                for (const auto& step : operation.at("x-replay").as_array()) {
                    Probe probe{.name = fmt::format("{} {}: {}", std::string_view{method}, std::string_view{path}, text_of(step, "note")),
                                .target = path,
                                .body = {},
                                .method = method_of(method),
                                .headers = {},
                                .on_theirs = path.contains("{id}") || path.contains("{subject}"),
                                .open = kOpen.contains(text_of(operation, "operationId"))};
                    fill(probe.target, "{id}", session);
                    fill(probe.target, "{n}", "1");
                    fill(probe.target, "{subject}", subject);
                    if (const auto* query = step.as_object().if_contains("query")) probe.target += aimed(query->as_object(), session);
                    if (const auto* given = step.as_object().if_contains("headers")) {
                        for (const auto& [name, value] : given->as_object())
                            probe.headers.push_back({std::string{name}, std::string{name == "x-session-id" ? session : value.as_string()}});
                    }
                    if (const auto* body = step.as_object().if_contains("body")) {
                        object aimed = body->is_object() ? body->as_object() : object{};
                        if (aimed.contains("session_id")) aimed["session_id"] = session;
                        if (aimed.contains("turn_number")) aimed["turn_number"] = 1;
                        probe.body = boost::json::serialize(aimed);
                    }
                    all.push_back(probe);
                    // A stream without end cannot be read to it; money_test.cpp sees whose events it tells.
                    if (probe.method != net::Method::get || operation.as_object().contains("x-endless")) continue;
                    probe.headers.push_back({"Accept", "text/event-stream"});
                    all.push_back(probe);
                }
            }
        }
        EXPECT_GT(all.size(), 60U) << "the document was not understood";
        return all;
    }
    /// Who asks, for messages of failures.
    struct Stranger {
        const char* who;
        std::string key;
    };

    std::string ada, bob, oscar, root, eve, ada_of_other, root_of_other;
    boost::json::value document;
    std::string answer_text;

private:
    /// The query's filters, aimed at what is the victim's.
    static std::string aimed(const object& query, std::string_view session) {
        std::string text;
        for (const auto& [name, given] : query) {
            std::string_view value = given.as_string();
            if (name == "q") value = kCanary;
            if (name == "user") value = "ada";
            if (name == "session") value = session;
            if (name != "persist")
                text += fmt::format("{}{}={}", text.empty() ? '?' : '&', std::string_view{name}, net::percent_encode(value));
        }
        return text;
    }
    static net::Method method_of(std::string_view word) {
        for (const auto method : {net::Method::get, net::Method::post, net::Method::put, net::Method::delete_}) {
            if (net::same_word(net::name(method), word)) return method;
        }
        throw std::runtime_error{"no such method: " + std::string{word}};
    }
    static void fill(std::string& target, std::string_view slot, std::string_view value) {
        if (const auto at = target.find(slot); at != std::string::npos) target.replace(at, slot.size(), value);
    }
};

TEST_F(Access, NoRouteShowsOrChangesWhatIsAnothers) {
    const std::string before = prepare();
    int asked = 0;
    for (const auto& [who, key] :
         {Stranger{"another user", bob}, Stranger{"another tenant's user", eve}, Stranger{"a namesake of another tenant", ada_of_other},
          Stranger{"another tenant's admin", root_of_other}, Stranger{"an operator", oscar}}) {
        for (const Probe& probe : probes(kVictim, "user:ada")) {
            const Answer answer = ask(key, probe.method, probe.target, probe.body, probe.headers);
            ++asked;
            if (key != oscar) EXPECT_EQ(answer.body.find(kSum), std::string::npos) << who << ", " << probe.name << '\n' << answer.body;
            EXPECT_EQ(answer.body.find(kCanary), std::string::npos) << who << ", " << probe.name << '\n' << answer.body;
            // Asked the same, a scenario may well answer with the same line of its pack; nothing of the victim's is in that.
            const bool own_answer = probe.target.starts_with("/v1/");
            if (!own_answer)
                EXPECT_EQ(answer.body.find(answer_text), std::string::npos) << who << ", " << probe.name << '\n' << answer.body;
            for (const auto& header : answer.headers) EXPECT_EQ(header.value.find(kCanary), std::string::npos) << who << ", " << probe.name;
        }
        EXPECT_EQ(whole(), before) << who << " changed something";
    }
    EXPECT_GT(asked, 300);
}

TEST_F(Access, WhatIsAnothersLooksLikeWhatIsNotThere) {
    prepare();
    for (const auto& [who, key] :
         {Stranger{"another user", bob}, Stranger{"another tenant's user", eve}, Stranger{"another tenant's admin", root_of_other}}) {
        const auto there = probes(kVictim, "tenant:acme"), nowhere = probes("no-such-session", "tenant:no-such");
        for (std::size_t i = 0; i < there.size(); ++i) {
            if (!there[i].on_theirs) continue;
            const Answer one = ask(key, there[i].method, there[i].target, there[i].body, there[i].headers);
            const Answer none = ask(key, nowhere[i].method, nowhere[i].target, nowhere[i].body, nowhere[i].headers);
            EXPECT_GE(one.status, 400) << who << ", " << there[i].name;
            EXPECT_EQ(one.status, none.status) << who << ", " << there[i].name;
            EXPECT_EQ(one.text("detail"), none.text("detail")) << who << ", " << there[i].name;
            EXPECT_EQ(one.text("code"), none.text("code")) << who << ", " << there[i].name;
        }
    }
}

TEST_F(Access, WithoutAKeyOnlyWhatIsOpenIsAnswered) {
    prepare();
    for (const Probe& probe : probes(kVictim, "user:ada")) {
        const Answer answer = ask("", probe.method, probe.target, probe.body, probe.headers);
        if (probe.open) {
            EXPECT_EQ(answer.status, 200) << probe.name;
            continue;
        }
        EXPECT_EQ(answer.status, 401) << probe.name << '\n' << answer.body;
        if (probe.target.starts_with("/v1/")) {
            const std::string type = text_of(answer.at("error"), "type");
            EXPECT_EQ(type, "authentication_error") << probe.name << '\n' << answer.body;
        } else {
            EXPECT_EQ(answer.text("code"), "KEY_REQUIRED") << probe.name;
        }
        EXPECT_EQ(answer.header("www-authenticate"), "Bearer") << probe.name;
    }
    EXPECT_EQ(ask("", net::Method::get, "/").status, 200) << "the page, which asks for the key";
}

TEST_F(Access, TheOwnerAndTheAdminSeeItWholeTheOperatorWithoutTexts) {
    prepare();
    const std::string path = fmt::format("/api/v1/sessions/{}", kVictim);
    for (const auto& key : {ada, root}) {
        EXPECT_THAT(ask(key, net::Method::get, path).body, testing::HasSubstr(kCanary));
        EXPECT_THAT(ask(key, net::Method::get, path + "/messages").body, testing::HasSubstr(answer_text));
        EXPECT_THAT(ask(key, net::Method::get, "/api/v1/sessions").body, testing::HasSubstr(kCanary));
        EXPECT_THAT(ask(key, net::Method::get, std::string{"/api/v1/sessions?q="} + kCanary).body, testing::HasSubstr(kVictim));
    }
    const Answer messages = ask(oscar, net::Method::get, path + "/messages");
    EXPECT_EQ(messages.status, 200);
    EXPECT_EQ(messages.at("items").as_array().size(), 2U);
    EXPECT_EQ(text_of(messages.at("items").as_array()[0], "text"), "[REDACTED]");
    EXPECT_THAT(ask(oscar, net::Method::get, "/api/v1/sessions").body, testing::HasSubstr(kVictim));
    EXPECT_THAT(ask(oscar, net::Method::get, std::string{"/api/v1/sessions?q="} + kCanary).body, testing::Not(testing::HasSubstr(kVictim)));
    EXPECT_EQ(ask(oscar, net::Method::get, path + "/turns/1/events").status, 404);
    EXPECT_EQ(ask(oscar, net::Method::delete_, path).status, 404);
}

TEST_F(Access, AKeyMayDoWhatItsScopeSays) {
    struct Row {
        const char* claim;
        std::string key;
        net::Method method;
        const char* target;
        int status;
    };
    for (const auto& [claim, key, method, target, status] : {
             Row{"a user sees no settings", bob, net::Method::get, "/api/v1/config", 403},
             Row{"a user sees no metrics", bob, net::Method::get, "/metrics", 403},
             Row{"an operator sees settings", oscar, net::Method::get, "/api/v1/config", 200},
             Row{"an operator sees metrics", oscar, net::Method::get, "/metrics", 200},
             Row{"an operator changes no workflow", oscar, net::Method::put, "/api/v1/config/workflow", 403},
             Row{"an admin may try", root, net::Method::put, "/api/v1/config/workflow", 400},
             Row{"a user sees no events", bob, net::Method::get, "/api/v1/events", 403},
             Row{"an operator sees them", oscar, net::Method::get, "/api/v1/events", 200},
             Row{"an operator sets no budget", oscar, net::Method::put, "/api/v1/budgets/bob", 403},
             Row{"a user sees scenarios", bob, net::Method::get, "/api/v1/scenarios", 200},
         }) {
        const Answer answer = ask(key, method, target);
        EXPECT_EQ(answer.status, status) << claim << '\n' << answer.body;
        if (status == 403) EXPECT_EQ(answer.text("code"), "SCOPE_TOO_NARROW") << claim;
    }
    const Answer for_bob = ask(ada, net::Method::post, "/api/v1/sessions", R"({"user_id":"bob"})");
    EXPECT_EQ(for_bob.status, 403) << for_bob.body;
    EXPECT_EQ(for_bob.text("code"), "ANOTHER_USER");
    EXPECT_EQ(ask(root, net::Method::post, "/api/v1/sessions", R"({"user_id":"bob"})").status, 201) << "an admin may";
}

TEST_F(Access, BothHeadersAndTheirOrder) {
    const auto status = [&](std::vector<net::Header> headers) {
        return now().send({.method = net::Method::get, .target = "/api/v1/sessions", .headers = std::move(headers)}).status;
    };
    EXPECT_EQ(status({{"x-api-key", ada}}), 200);
    EXPECT_EQ(status({{"authorization", "bearer " + ada}}), 200) << "the scheme in any case";
    EXPECT_EQ(status({{"authorization", "Bearer rk_wrong"}, {"x-api-key", ada}}), 401) << "authorization wins";
    EXPECT_EQ(status({{"authorization", "Basic YWRhOg=="}}), 401);
    EXPECT_EQ(status({{"authorization", "Bearer " + ada + "x"}}), 401);
}

TEST_F(Access, TheSameIdempotencyKeyOfTwoUsersMeansTwoThings) {
    const auto create = [&](const std::string& key) {
        return ask(key, net::Method::post, "/api/v1/sessions", "{}", {{"Idempotency-Key", "k-1"}}).text("session_id");
    };
    EXPECT_EQ(create(ada), create(ada));
    EXPECT_NE(create(ada), create(bob));
}

TEST(AccessOfLimits, AKeyOverItsLimitIsToldWhenToComeBack) {
    support::Loop loop;
    support::Server server;
    const std::string key = make_key(server.data(), "acme", "ada", Role::user, {.requests_per_minute = 3});
    server.restart();
    support::Client client{loop, server.port()};
    const auto ask = [&] { return client.send({.method = net::Method::get, .target = "/api/v1/sessions", .headers = {bearer(key)}}); };
    for (int left = 2; left >= 0; --left) {
        const Answer answer = ask();
        EXPECT_EQ(answer.status, 200);
        EXPECT_EQ(answer.header("x-ratelimit-limit-requests"), "3");
        EXPECT_EQ(answer.header("x-ratelimit-remaining-requests"), std::to_string(left));
        EXPECT_FALSE(answer.header("x-ratelimit-reset-requests").empty());
    }
    const Answer refused = ask();
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(refused.text("code"), "RATE_LIMITED");
    EXPECT_GT(std::stoi(std::string{refused.header("retry-after")}), 0);
    EXPECT_EQ(refused.header("x-ratelimit-remaining-requests"), "0");
}

TEST(AccessOfLimits, TokensAreCountedWhenTheAnswerIsWhole) {
    support::Loop loop;
    support::Server server;
    const std::string key = make_key(server.data(), "acme", "ada", Role::user, {.tokens_per_minute = 20});
    server.restart();
    support::Client client{loop, server.port()};
    ASSERT_EQ(client.post("/api/v1/sessions", {{"session_id", "s"}}, {bearer(key)}).status, 201);
    const auto say = [&] { return client.post("/api/v1/sessions/s/turns", {{"user_message", "多少钱？"}}, {bearer(key)}); };
    const Answer first = say();
    ASSERT_EQ(first.status, 200) << first.body;
    EXPECT_EQ(first.header("x-ratelimit-remaining-tokens"), "20");
    ASSERT_GT(first.at("usage").at("total_tokens").as_int64(), 20) << "one turn is more than a minute's worth";
    const Answer second = say();
    EXPECT_EQ(second.status, 429) << second.body;
    EXPECT_EQ(second.header("x-ratelimit-remaining-tokens"), "0");
}

class OpenServer : public support::ServerTest {};
TEST_F(OpenServer, TakesWhateverAnSdkSendsForAKeyButNoKeyOfRondoThatIsNotGood) {
    struct Row {
        const char* claim;
        net::Header header;
        int status;
    };
    for (const Row& row : {Row{"an SDK that was given some word", {"Authorization", "Bearer none"}, 200},
                           Row{"another provider's key", {"x-api-key", "sk-1234567890abcdef"}, 200},
                           Row{"no word at all", {"Authorization", "Bearer "}, 200},
                           Row{"a key of rondo from elsewhere", {"Authorization", "Bearer rk_1_2_3"}, 401}}) {
        net::ClientRequest request{.method = net::Method::get, .target = "/v1/models"};
        request.headers.push_back(row.header);
        EXPECT_EQ(client.send(std::move(request)).status, row.status) << row.claim;
    }
}

TEST(AccessOfHosts, AServerThatOthersCanReachWantsKeys) {
    const Error refused = support::refusal_of({{"server.host", "0.0.0.0"}});
    EXPECT_EQ(refused.code, Code::invalid_argument);
    EXPECT_EQ(refused.reason, "KEYS_REQUIRED");
    EXPECT_THAT(refused.message, testing::HasSubstr("rondo keys create"));
}
}  // namespace
}  // namespace rondo
