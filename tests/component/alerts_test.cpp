// What operators are told: alerts about money, breakers that move, the state of providers.
#include "component/money_fixture.hpp"

#include <gmock/gmock.h>

namespace rondo {
namespace {
using net::Method;
using support::Answer;
using support::bearer;
using support::text_of;
using testing::HasSubstr;

using OperationsTest = MoneyTest;

TEST_F(OperationsTest, AnAlertIsTold) {
    begin(ada, "s");
    put_budget("ada", {{"day", 0.001}});
    ASSERT_EQ(say(ada, "s").status, 429);

    const Answer list = get(oscar, "/api/v1/events");
    ASSERT_EQ(list.at("items").as_array().size(), 1U) << list.body;
    const auto alert = list.at("items").as_array()[0];
    EXPECT_EQ(text_of(alert, "type"), "alert");
    EXPECT_EQ(text_of(alert, "kind"), "limit_reached");
    EXPECT_EQ(text_of(alert, "subject"), "user:ada");
    EXPECT_EQ(text_of(alert, "period"), "day");
    EXPECT_EQ(alert.at("threshold").to_number<double>(), 0.001);
    EXPECT_TRUE(list.at("next").is_null());
    EXPECT_EQ(get(olga, "/api/v1/events").at("items").as_array().size(), 0U) << "another tenant's";

    // The stream tells the same, and what comes later.
    support::Client listening{loop, server.port()};
    const auto follow = [&](std::vector<net::Header> headers) {
        headers.insert(headers.end(), {bearer(oscar), {"Accept", "text/event-stream"}});
        return listening.stream({.method = Method::get, .target = "/api/v1/events", .headers = std::move(headers)});
    };
    auto stream = follow({});
    const auto told = stream.next();
    ASSERT_TRUE(told);
    EXPECT_EQ(told->type, "alert");
    EXPECT_EQ(told->id, text_of(alert, "id"));
    EXPECT_EQ(told->json(), alert);
    put_budget("session:s", {{"day", 0.001}});
    put_budget("ada", {{"day", 100}});
    ASSERT_EQ(say(ada, "s").status, 429);
    const auto later = stream.next();
    ASSERT_TRUE(later);
    EXPECT_EQ(text_of(later->json(), "subject"), "session:s");

    listening.close();
    auto again = follow({{"Last-Event-ID", told->id}});
    EXPECT_EQ(again.next(), later) << "what was heard is not told again";
    EXPECT_EQ(get(oscar, "/api/v1/events?after=" + told->id).at("items").as_array().size(), 1U);
    EXPECT_EQ(get(oscar, "/api/v1/events?after=" + later->id).at("items").as_array().size(), 0U);
}

TEST_F(OperationsTest, AStreamOfEventsEndsWithTheServer) {
    support::Client listening{loop, server.port()};
    auto stream =
        listening.stream({.method = Method::get, .target = "/api/v1/events", .headers = {bearer(oscar), {"Accept", "text/event-stream"}}});
    const TimePoint before = Clock::now();
    server.app().drain();
    EXPECT_LT(Clock::now() - before, std::chrono::seconds{20}) << "it held the drain up until its deadline";
    EXPECT_EQ(stream.next(), std::nullopt);
}

TEST_F(OperationsTest, TheTargetsAreListedWithoutTheirKeys) {
    const Answer targets = get(oscar, "/api/v1/targets");
    ASSERT_EQ(targets.at("targets").as_array().size(), 1U) << targets.body;
    const auto one = targets.at("targets").as_array()[0];
    EXPECT_EQ(text_of(one, "name"), "ok");
    EXPECT_EQ(text_of(one, "kind"), "openai");
    EXPECT_EQ(text_of(one, "breaker"), "CLOSED");
    EXPECT_EQ(one.at("in_use").as_int64(), 0);
    EXPECT_EQ(targets.at("order"), boost::json::value(boost::json::array{"ok"}));
    EXPECT_THAT(targets.body, testing::Not(HasSubstr("key")));
}

class OperationsBroken : public MoneyTest {
protected:
    OperationsBroken()
        : MoneyTest{{{"llm.gateway.attempts", "1"},
                     {"llm.gateway.attempts_per_target", "1"},
                     {"llm.gateway.breaker_min_calls", "1"},
                     {"llm.gateway.breaker_open_ms", "60000"},
                     {"llm.aliases.best.targets", "server-error"}},
                    {"server-error"}} {}
};

TEST_F(OperationsBroken, AnOpenBreakerIsToldAndAnsweredWithoutTheProvider) {
    begin(ada, "s");
    EXPECT_EQ(text_of(get(oscar, "/api/v1/targets").at("targets").as_array()[0], "breaker"), "CLOSED");
    EXPECT_GE(say(ada, "s", {{"use_fallback", false}}).status, 500);

    const Answer refused = say(ada, "s", {{"use_fallback", false}});
    EXPECT_EQ(refused.status, 503) << refused.body;
    EXPECT_EQ(refused.text("code"), "CIRCUIT_BREAKER_OPEN");
    EXPECT_EQ(refused.header("content-type"), "application/problem+json");
    EXPECT_GT(std::stoi(std::string{refused.header("retry-after")}), 0);

    const Answer answered = say(ada, "s", {{"use_fallback", true}});
    EXPECT_EQ(answered.status, 200) << answered.body;
    EXPECT_FALSE(answered.text("npc_response").empty());
    EXPECT_EQ(say(ada, "s").status, 200) << "falling back is what happens when nothing is said";
    EXPECT_EQ(provider.attempts().size(), 1U) << "the open breaker keeps calls away";

    const Answer targets = get(oscar, "/api/v1/targets");
    const auto target = targets.at("targets").as_array()[0];
    EXPECT_EQ(text_of(target, "breaker"), "OPEN");
    EXPECT_GT(target.at("retry_after_ms").as_int64(), 0);
    EXPECT_EQ(targets.at("aliases").at("best"), boost::json::value(boost::json::array{"server-error"}));

    for (const auto& key : {oscar, olga}) {  // providers are everybody's
        const Answer events = get(key, "/api/v1/events");
        ASSERT_EQ(events.at("items").as_array().size(), 1U) << events.body;
        const auto moved = events.at("items").as_array()[0];
        EXPECT_EQ(text_of(moved, "type"), "breaker");
        EXPECT_EQ(text_of(moved, "target"), "server-error");
        EXPECT_EQ(text_of(moved, "from"), "CLOSED");
        EXPECT_EQ(text_of(moved, "to"), "OPEN");
        EXPECT_GT(moved.at("retry_after_ms").as_int64(), 0);
    }
}
}  // namespace
}  // namespace rondo
