// More is asked than can be done: who is let in is served, who is not hears so at once, and health is always told.
#include "support/metrics.hpp"
#include "support/server_test.hpp"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rondo {
namespace {
using namespace std::chrono_literals;
using support::Answer;
using support::Client;
using support::metric;

/// A model that keeps its event loop busy for a while, as much work would.
class Laborious final : public llm::Model {
public:
    [[nodiscard]] std::string_view name() const override { return "laborious"; }
    asio::awaitable<Result<llm::Completion>> complete(llm::ModelRequest, llm::DeltaSink sink, CallContext) override {
        for (const auto end = Clock::now() + 3ms; Clock::now() < end;) {}
        llm::Completion done;
        done.text = "Done.";
        if (sink) {
            if (const auto heard = co_await sink(llm::Delta{.text = done.text}); !heard) co_return propagate(heard);
        }
        co_return done;
    }
};

class EdgeOverload : public testing::Test {
protected:
    static constexpr std::size_t kClients = 40;  // of 3 ms each: far beyond what may stand

    EdgeOverload() {
        for (std::size_t i = 0; i < kClients; ++i) {
            clients.push_back(std::make_unique<Client>(loop, server.port()));
            sessions.push_back(clients.back()->open_session());
        }
    }
    static support::Server::Settings settings() {
        return {{"server.threads", "1"},
                {"server.admission.target_ms", "10"},
                {"server.admission.interval_ms", "20"},
                {"server.admission.min_in_flight", "2"},
                {"server.admission.refusals_per_second", "1000000"}};
    }
    struct Round {
        std::vector<std::optional<Answer>> turns{kClients};
        std::optional<Answer> sdk, events, ready, metrics;
    };
    /// Everybody says something at once; others ask meanwhile.
    std::unique_ptr<Round> round() {
        auto all = std::make_unique<Round>();
        for (std::size_t i = 0; i < kClients; ++i) { clients[i]->send_meanwhile(Client::turn_request(sessions[i], "你好"), all->turns[i]); }
        const boost::json::object call{{"model", "rondo/sales-zh"}, {"messages", {{{"role", "user"}, {"content", "hi"}}}}};
        sdk.send_meanwhile(Client::posting("/v1/chat/completions", call), all->sdk);
        reader.send_meanwhile({.target = fmt::format("/api/v1/sessions/{}/messages", sessions[0])}, all->events);
        prober.send_meanwhile({.target = "/readyz"}, all->ready);
        scraper.send_meanwhile({.target = "/metrics"}, all->metrics);
        loop.finish();
        return all;
    }

    support::Loop loop;
    Laborious model;
    support::Server server{settings(), app::App::Options{.embedded = &model}};
    Client sdk{loop, server.port()}, reader{loop, server.port()}, prober{loop, server.port()}, scraper{loop, server.port()};
    std::vector<std::unique_ptr<Client>> clients;
    std::vector<std::string> sessions;
};

TEST_F(EdgeOverload, NewWorkIsRefusedEarlyTheRestIsServedAndItEnds) {
    int completed = 0, refused = 0, refused_sdk = 0;
    for (int rounds = 0; rounds < 200 && (refused < 20 || refused_sdk == 0); ++rounds) {
        const auto all = round();
        for (const auto& turn : all->turns) {
            ASSERT_TRUE(turn);
            if (turn->status == 200) {
                ++completed;
                EXPECT_EQ(turn->text("npc_response"), "Done.");
                continue;
            }
            ++refused;
            EXPECT_EQ(turn->status, 503) << turn->body;
            EXPECT_EQ(turn->text("code"), "OVERLOADED");
            EXPECT_EQ(turn->header("retry-after"), "1");
            EXPECT_EQ(turn->header("content-type"), "application/problem+json");
            EXPECT_EQ(turn->header("connection"), "") << "the connection goes on";
        }
        ASSERT_TRUE(all->sdk && all->events && all->ready && all->metrics);
        if (all->sdk->status == 503) {
            ++refused_sdk;
            EXPECT_TRUE(all->sdk->at("error").is_object()) << all->sdk->body;
            EXPECT_EQ(all->sdk->header("retry-after"), "1");
        } else {
            EXPECT_EQ(all->sdk->status, 200) << all->sdk->body;
        }
        EXPECT_EQ(all->events->status, 200) << "reading what runs goes before new work";
        EXPECT_EQ(all->ready->status, 200);
        EXPECT_EQ(all->metrics->status, 200);
    }
    EXPECT_GE(refused, 20) << "nothing was refused under overload";
    EXPECT_GE(refused_sdk, 1);
    EXPECT_GE(completed, 40) << "and those who were let in were served";
    EXPECT_EQ(metric(scraper.get("/metrics").body, "rondo_admission_refused_total", {"priority=\"fresh\""}), refused + refused_sdk);

    double limit = 1;
    for (int quiet = 0; quiet < 2'000 && limit != 0; ++quiet) {
        EXPECT_EQ(clients[0]->say(sessions[0], "你好").status, 200) << "one alone is always served";
        limit = metric(scraper.get("/metrics").body, "rondo_admission_limit");
    }
    EXPECT_EQ(limit, 0) << "back to normal";
}

TEST(EdgeOverloadConnections, BeyondTheLimitHealthIsStillTold) {
    support::Loop loop;
    support::Server small{{{"server.max_connections", "1"}}};
    Client first{loop, small.port()}, second{loop, small.port()};
    EXPECT_EQ(first.get("/api/v1/scenarios").status, 200);
    EXPECT_EQ(second.get("/readyz").status, 200);
    EXPECT_EQ(second.get("/metrics").status, 200);
    const Answer answer = second.get("/api/v1/scenarios");
    EXPECT_EQ(answer.status, 503);
    EXPECT_NE(answer.header("retry-after"), "");
}
}  // namespace
}  // namespace rondo
