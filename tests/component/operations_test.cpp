#include "support/server_test.hpp"

#include <map>

namespace rondo {
namespace {
using support::Answer;
using support::text_of;

class Operations : public support::ServerTest {};

TEST_F(Operations, HealthIsAnsweredOnEveryNameItHas) {
    for (const char* path : {"/livez", "/readyz", "/health"}) {
        const Answer answer = client.get(path);
        EXPECT_EQ(answer.status, 200) << path;
        EXPECT_EQ(answer.text("status"), "ok") << path;
    }
    EXPECT_EQ(client.send({.method = net::Method::head, .target = "/health"}).status, 200);
}

TEST_F(Operations, TheVersionAndTheScenariosAreTold) {
    const Answer version = client.get("/version");
    EXPECT_EQ(version.text("name"), "rondo");
    EXPECT_FALSE(version.text("version").empty());
    const Answer scenarios = client.get("/api/v1/scenarios");
    std::vector<std::string> ids;
    for (const auto& scenario : scenarios.at("scenarios").as_array()) ids.push_back(text_of(scenario, "id"));
    EXPECT_EQ(ids, (std::vector<std::string>{"feynman-en", "feynman-zh", "sales-en", "sales-zh"}));
    EXPECT_EQ(text_of(scenarios.at("model"), "name"), "rehearsal-1") << "the embedded model does not pose as another";
}

TEST_F(Operations, EverySettingIsShownWithItsSource) {
    const Answer config = client.get("/api/v1/config");
    ASSERT_EQ(config.status, 200);
    std::map<std::string, boost::json::value> settings;
    for (const auto& setting : config.at("settings").as_array()) {
        for (const char* member : {"key", "source", "env", "type", "help", "reload"})
            EXPECT_TRUE(setting.as_object().contains(member)) << member;
        settings[text_of(setting, "key")] = setting;
    }
    EXPECT_EQ(text_of(settings["turn.busy"], "source"), "default");
    EXPECT_EQ(text_of(settings["server.port"], "env"), "RONDO_SERVER__PORT");
}

TEST_F(Operations, MetricsKeepTheCoordinatorsNamesLabelsAndBuckets) {
    const std::string session = client.open_session();
    ASSERT_EQ(client.say(session, "多少钱？").status, 200);
    ASSERT_EQ(client.say(session, "我可以私下给您回扣").status, 200);
    ASSERT_EQ(client.post("/api/v1/feedback/submit", {{"session_id", session}, {"turn_number", 1}, {"rating", 4}}).status, 200);
    const Answer metrics = client.get("/metrics");
    EXPECT_TRUE(metrics.header("content-type").starts_with("text/plain"));
    for (const char* line : {
             R"(# TYPE coordinator_turn_duration_seconds histogram)",
             R"(# TYPE coordinator_turn_ttft_seconds histogram)",
             R"(# TYPE coordinator_user_satisfaction_score gauge)",
             R"(# TYPE coordinator_bandit_arm_score gauge)",
             R"(coordinator_bandit_arm_score{arm="npc"} 0)",
             R"(coordinator_turn_total{engine="dynamic_workflow",status="ok"} 2)",
             R"(coordinator_turn_total{engine="dynamic_workflow",status="error"} 0)",
             R"(coordinator_node_execution_total{engine="dynamic_workflow",node_type="intent",status="ok"} 2)",
             R"(coordinator_node_execution_total{engine="dynamic_workflow",node_type="npc",status="ok"} 2)",
             R"(coordinator_compliance_check_total{risk_level="LOW"} 1)",
             R"(coordinator_compliance_check_total{risk_level="BLOCK"} 1)",
             R"(coordinator_turn_ttft_seconds_count 2)",
             R"(coordinator_user_satisfaction_score 4)",
             R"(rondo_overhead_seconds_bucket{le="1e-05"})",
             R"(rondo_build_info{)",
             R"(rondo_event_loop_lag_seconds_count)",
             R"(rondo_store_commit_groups_total)",
         }) {
        EXPECT_NE(metrics.body.find(line), std::string::npos) << line;
    }
    for (const char* le : {"0.01", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "+Inf"}) {
        const auto at = metrics.body.find(std::string{R"(coordinator_turn_ttft_seconds_bucket{le=")"} + le + "\"}");
        EXPECT_NE(at, std::string::npos) << le;
    }
    std::size_t count = 0;
    for (std::size_t at = 0; (at = metrics.body.find("coordinator_turn_ttft_seconds_bucket{", at)) != std::string::npos; ++at) ++count;
    EXPECT_EQ(count, 10U) << "these buckets and no others";
    EXPECT_EQ(metrics.body.find(session), std::string::npos) << "no session is ever a label";
}
}  // namespace
}  // namespace rondo
