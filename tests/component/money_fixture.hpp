#pragma once
#include "edge/mock/provider.hpp"
#include "support/keys.hpp"
#include "support/server_test.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <initializer_list>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace rondo {
/// A provider that is there before the server and gone after it.
struct Provided {
    mock::Provider provider{{.tokens = 8}};
    Provided() {
        if (const auto started = provider.start(); !started) throw std::runtime_error{started.error().message};
    }
    /// A target of each model; a token costs a thousandth.
    [[nodiscard]] support::Server::Settings settings(std::initializer_list<const char*> models, support::Server::Settings more = {}) const {
        std::string prices;
        for (const std::string name : models) {
            const std::string key = "llm.targets." + name + ".";
            more.insert(more.end(), {{key + "base_url", fmt::format("http://127.0.0.1:{}/v1", provider.port())},
                                     {key + "model", name},
                                     {key + "max_tokens", "100"}});
            prices += (prices.empty() ? "" : ",") + name + "=1000/1000";
        }
        more.push_back({"ledger.prices", prices});
        return more;
    }
};

/// A server with the mock provider behind it, and keys of two tenants and three roles.
class MoneyTest : protected Provided, public support::ServerTest {
protected:
    MoneyTest() : MoneyTest{{}} {}
    explicit MoneyTest(support::Server::Settings more, std::initializer_list<const char*> models = {"ok"})
        : ServerTest{settings(models, std::move(more))},
          ada{support::make_key(server.data(), "acme", "ada")},
          bob{support::make_key(server.data(), "acme", "bob")},
          oscar{support::make_key(server.data(), "acme", "oscar", guard::Role::supervisor)},
          root{support::make_key(server.data(), "acme", "root", guard::Role::admin)},
          eve{support::make_key(server.data(), "other", "eve")},
          olga{support::make_key(server.data(), "other", "olga", guard::Role::supervisor)},
          root_of_other{support::make_key(server.data(), "other", "root", guard::Role::admin)} {
        restart();
    }
    support::Answer ask(const std::string& key, net::Method method, std::string target, const boost::json::object& body = {},
                        std::vector<net::Header> headers = {}) {
        headers.push_back(support::bearer(key));
        net::ClientRequest request{.method = method, .target = std::move(target), .headers = std::move(headers), .body = {}};
        if (!body.empty()) request.body = boost::json::serialize(body);
        return now().send(std::move(request));
    }
    support::Answer get(const std::string& key, std::string target) { return ask(key, net::Method::get, std::move(target)); }
    void put_budget(const std::string& subject, const boost::json::object& budget) {
        const support::Answer answer = ask(root, net::Method::put, "/api/v1/budgets/" + subject, budget);
        ASSERT_EQ(answer.status, 200) << answer.body;
    }
    void begin(const std::string& key, const std::string& session) {
        const support::Answer answer = ask(key, net::Method::post, "/api/v1/sessions", {{"session_id", session}, {"scenario", "sales-en"}});
        ASSERT_EQ(answer.status, 201) << answer.body;
    }
    support::Answer say(const std::string& key, const std::string& session, boost::json::object more = {}) {
        more["user_message"] = "How much does it cost?";
        return ask(key, net::Method::post, fmt::format("/api/v1/sessions/{}/turns", session), more);
    }
    support::Answer complete(const std::string& key, const char* path = "/v1/chat/completions") {
        return ask(key, net::Method::post, path,
                   {{"model", "ok"}, {"max_tokens", 50}, {"messages", {{{"role", "user"}, {"content", "Good morning"}}}}});
    }
    /// What the report's lines cost, by their names.
    static std::map<std::string, std::int64_t> costs_of(const support::Answer& report) {
        std::map<std::string, std::int64_t> costs;
        for (const auto& line : report.at("lines").as_array())
            costs[support::text_of(line, "name")] = line.at("cost").at("micros").as_int64();
        return costs;
    }
    static std::int64_t cost_of(const support::Answer& turn) { return turn.at("cost").at("micros").as_int64(); }

    std::string ada, bob, oscar, root, eve, olga, root_of_other;
};
}  // namespace rondo
