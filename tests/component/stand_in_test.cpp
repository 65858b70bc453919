// When no provider answers: an answer that was rated well, an apology, or the error.
#include "edge/mock/provider.hpp"
#include "support/server_test.hpp"

namespace rondo {
namespace {
using support::Answer;

constexpr const char* kGreeting = "你好";

class StandIn : public testing::Test {
protected:
    StandIn() {
        if (!provider.start()) throw std::runtime_error{"the provider does not start"};
        const auto address = "http://127.0.0.1:" + std::to_string(provider.port()) + "/v1";
        server.emplace(support::Server::Settings{{"llm.targets.main.base_url", address},
                                                 {"llm.targets.main.model", "ok"},
                                                 {"llm.targets.main.connect_ms", "2000"},
                                                 {"llm.gateway.backoff_ms", "1"},
                                                 {"llm.gateway.backoff_limit_ms", "1"},
                                                 {"auth.requests_per_minute", "0"}});
        client.emplace(loop, server->port());
    }
    /// A session with one answer of the provider, rated, whose stars the tables know.
    std::string rated(int stars, const char* message = kGreeting) {
        const std::string session = client->open_session({{"scenario", "sales-zh"}});
        const Answer turn = client->say(session, message);
        EXPECT_EQ(turn.at("answered_by"), (boost::json::value{{"target", "main"}, {"rung", "primary"}, {"attempts", 1}})) << turn.body;
        const Answer given = client->post("/api/v1/feedback/submit", {{"session_id", session}, {"turn_number", 1}, {"rating", stars}});
        EXPECT_EQ(given.text("match"), "matched") << given.body;
        auto& database = server->app().database();
        EXPECT_TRUE(loop.wait(database.projected(database.stats().last_seq)));
        return turn.text("npc_response");
    }
    Answer ask(boost::json::object more = {}) {
        return client->say(client->open_session({{"scenario", "sales-zh"}}), kGreeting, std::move(more));
    }

    mock::Provider provider{{}};
    support::Loop loop;
    std::optional<support::Server> server;
    std::optional<support::Client> client;
};

TEST_F(StandIn, IsTheBestRatedAnswerToTheSameIntent) {
    const std::string good = rated(5);
    provider.stop();
    const Answer answer = ask();
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(answer.text("npc_response"), good);
    EXPECT_EQ(support::text_of(answer.at("answered_by"), "rung"), "few_shot");
    EXPECT_TRUE(answer.at("answered_by").at("target").is_null());
    EXPECT_TRUE(answer.at("model").is_null());
}

TEST_F(StandIn, IsAnApologyWhereNothingWasRatedWell) {
    rated(2);
    provider.stop();
    const Answer answer = ask();
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(answer.text("npc_response"), "抱歉，服务暂时不可用，请稍后重试。");
    EXPECT_EQ(support::text_of(answer.at("answered_by"), "rung"), "apology");
}

TEST_F(StandIn, IsNotWantedByEverybody) {
    rated(5);
    provider.stop();
    const Answer answer = ask({{"use_fallback", false}});
    EXPECT_EQ(answer.status, 503) << answer.body;
    EXPECT_EQ(answer.text("npc_response"), "");
}
}  // namespace
}  // namespace rondo
