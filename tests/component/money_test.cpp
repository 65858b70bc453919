// What is spent and who may see it, through the whole server.
#include "component/money_fixture.hpp"

#include <gmock/gmock.h>

#include <set>

namespace rondo {
namespace {
using net::Method;
using support::Answer;
using support::text_of;
using testing::HasSubstr;

TEST_F(MoneyTest, ABudgetThatIsUsedUpRefusesTurnsAndCompletions) {
    begin(ada, "s");
    put_budget("ada", {{"day", 0.001}});

    const Answer turn = say(ada, "s");
    EXPECT_EQ(turn.status, 429) << turn.body;
    EXPECT_EQ(turn.text("code"), "BUDGET_EXHAUSTED");
    EXPECT_EQ(turn.at("used").to_number<double>(), 0.0);
    EXPECT_EQ(turn.at("limit").to_number<double>(), 0.001);
    EXPECT_EQ(turn.text("subject"), "user:ada");
    EXPECT_EQ(turn.text("period"), "day");
    EXPECT_THAT(turn.text("resets_at"), HasSubstr("T00:00:00"));
    EXPECT_GT(std::stoi(std::string{turn.header("retry-after")}), 0);

    const Answer completion = complete(ada);
    EXPECT_EQ(completion.status, 429) << completion.body;
    EXPECT_EQ(text_of(completion.at("error"), "type"), "insufficient_quota");
    EXPECT_GT(std::stoi(std::string{completion.header("retry-after")}), 0);
    EXPECT_EQ(complete(ada, "/v1/messages").status, 429);

    EXPECT_EQ(complete(bob).status, 200) << "another user's budget is another";
    put_budget("ada", {{"day", 100}});
    EXPECT_EQ(say(ada, "s").status, 200) << "a raised limit holds at once";
    EXPECT_EQ(complete(ada).status, 200);
}

TEST_F(MoneyTest, ATenantsAndASessionsBudgetRefuseToo) {
    begin(ada, "s");
    for (const std::string subject : {"tenant:acme", "session:s"}) {
        put_budget(subject, {{"month", 0.001}});
        const Answer turn = say(ada, "s");
        EXPECT_EQ(turn.status, 429) << turn.body;
        EXPECT_EQ(turn.text("subject"), subject);
        EXPECT_EQ(turn.text("period"), "month");
        EXPECT_EQ(ask(root, Method::delete_, "/api/v1/budgets/" + subject).status, 200);
    }
    EXPECT_EQ(say(ada, "s").status, 200) << "both are reset";
}

TEST_F(MoneyTest, AShadowBudgetCountsAndNeverRefuses) {
    begin(ada, "s");
    put_budget("ada", {{"day", 0.001}, {"shadow", true}});
    EXPECT_EQ(say(ada, "s").status, 200);
    const Answer report = get(ada, "/api/v1/budgets/ada");
    EXPECT_GT(report.at("used").to_number<double>(), 0.001);
    EXPECT_GT(report.at("percentage").to_number<double>(), 100.0);
    EXPECT_EQ(report.at("remaining").to_number<double>(), 0.0);
    EXPECT_TRUE(report.at("shadow").as_bool());
}

TEST_F(MoneyTest, ALimitIsNeverPassed) {
    begin(ada, "s");
    put_budget("ada", {{"day", 3}});
    Answer turn;
    int answered = 0;
    while (answered < 50 && (turn = say(ada, "s")).status == 200) ++answered;
    EXPECT_EQ(turn.status, 429) << turn.body;
    EXPECT_EQ(turn.text("code"), "BUDGET_EXHAUSTED");
    EXPECT_GT(answered, 0);
    const auto spent = get(ada, "/api/v1/usage").at("total").at("cost").at("micros").as_int64();
    EXPECT_GT(spent, 0);
    EXPECT_LE(spent, 3'000'000);
    const Answer report = get(ada, "/api/v1/budgets/ada");
    EXPECT_DOUBLE_EQ(report.at("used").to_number<double>(), static_cast<double>(spent) / 1e6) << report.body;
    EXPECT_EQ(report.at("held").to_number<double>(), 0.0);
}

TEST_F(MoneyTest, WhatIsReportedIsWhatTheTurnsSay) {
    std::map<std::string, std::int64_t> cost;
    std::int64_t input = 0, output = 0;
    for (const auto& [user, key] : {std::pair{"ada", &ada}, std::pair{"bob", &bob}, std::pair{"ada", &ada}}) {
        const std::string session = fmt::format("{}-{}", user, cost[user]);
        begin(*key, session);
        for (int i = 0; i < 2; ++i) {
            const Answer turn = say(*key, session);
            ASSERT_EQ(turn.status, 200) << turn.body;
            ASSERT_GT(cost_of(turn), 0);
            cost[user] += cost_of(turn);
            input += turn.at("usage").at("input_tokens").as_int64();
            output += turn.at("usage").at("output_tokens").as_int64();
        }
    }
    const Answer completion = complete(bob);
    ASSERT_EQ(completion.status, 200);
    cost["bob"] += completion.at("usage").at("total_tokens").as_int64() * 1'000;
    input += completion.at("usage").at("prompt_tokens").as_int64();
    output += completion.at("usage").at("completion_tokens").as_int64();

    const Answer by_user = get(oscar, "/api/v1/usage?by=user");
    ASSERT_EQ(by_user.status, 200) << by_user.body;
    EXPECT_EQ(costs_of(by_user), cost) << by_user.body;
    const auto total = by_user.at("total");
    EXPECT_EQ(total.at("cost").at("micros").as_int64(), cost["ada"] + cost["bob"]);
    const auto tokens = [&](const char* kind) { return total.at(kind).as_int64(); };
    EXPECT_EQ(tokens("input_tokens") + tokens("cache_write_tokens") + tokens("cache_read_tokens"), input);
    EXPECT_EQ(total.at("output_tokens").as_int64(), output);
    for (const char* by : {"day", "model", "scenario", "node"}) {
        const Answer report = get(root, fmt::format("/api/v1/usage?by={}", by));
        std::int64_t sum = 0;
        for (const auto& [name, micros] : costs_of(report)) sum += micros;
        EXPECT_EQ(sum, cost["ada"] + cost["bob"]) << report.body;
        EXPECT_EQ(report.at("total"), total) << by;
    }
    EXPECT_EQ(costs_of(get(ada, "/api/v1/usage?by=user")), (std::map<std::string, std::int64_t>{{"ada", cost["ada"]}})) << "her own only";
    EXPECT_EQ(costs_of(get(oscar, "/api/v1/usage?by=user&session=bob-0&node=npc")).count("ada"), 0U);
    EXPECT_EQ(costs_of(get(olga, "/api/v1/usage?by=user")).size(), 0U) << "another tenant's";

    // A page at a time, and as CSV, it is the same.
    const Answer first = get(oscar, "/api/v1/usage?by=user&limit=1");
    EXPECT_EQ(first.text("next"), "ada");
    EXPECT_EQ(costs_of(get(oscar, "/api/v1/usage?by=user&limit=1&after=ada")), (std::map<std::string, std::int64_t>{{"bob", cost["bob"]}}));
    const Answer csv = ask(oscar, Method::get, "/api/v1/usage?by=user", {}, {{"Accept", "text/csv"}});
    EXPECT_THAT(csv.header("content-type"), HasSubstr("text/csv"));
    EXPECT_THAT(csv.header("content-disposition"), HasSubstr(".csv"));
    EXPECT_THAT(csv.body, HasSubstr("user,calls,"));
    EXPECT_THAT(csv.body, HasSubstr(fmt::format(",{},{},{},{},{},0.00\r\n", tokens("input_tokens"), output, tokens("cache_write_tokens"),
                                                tokens("cache_read_tokens"), text_of(total.at("cost"), "amount"))));
    const Answer part = get(oscar, "/api/v1/usage?by=user&limit=1&format=csv");
    EXPECT_THAT(part.body, testing::Not(HasSubstr("total")));
    EXPECT_EQ(part.header("link"), "</api/v1/usage?by=user&format=csv&limit=1&after=ada>; rel=\"next\"");
}

TEST_F(MoneyTest, NobodySeesOrSetsWhatIsAnothers) {
    begin(ada, "s");
    ASSERT_EQ(say(ada, "s").status, 200);
    put_budget("ada", {{"day", 7}});
    put_budget("tenant:acme", {{"day", 70}});
    struct Row {
        const char* claim;
        std::string key;
        Method method;
        const char* target;
        int status;
    };
    for (const auto& [claim, key, method, target, status] : {
             Row{"a user sees its own budget", ada, Method::get, "/api/v1/budgets/ada", 200},
             Row{"in its long form too", ada, Method::get, "/api/v1/budgets/user:ada", 200},
             Row{"but not another's", bob, Method::get, "/api/v1/budgets/ada", 404},
             Row{"nor one of nobody", bob, Method::get, "/api/v1/budgets/nobody", 404},
             Row{"nor the tenant's", ada, Method::get, "/api/v1/budgets/tenant:acme", 404},
             Row{"nor a session's", ada, Method::get, "/api/v1/budgets/session:s", 404},
             Row{"and sets none", ada, Method::put, "/api/v1/budgets/ada", 403},
             Row{"nor resets it", ada, Method::delete_, "/api/v1/budgets/ada", 403},
             Row{"nor reconciles it", ada, Method::post, "/api/v1/budgets/ada/reconcile", 403},
             Row{"an operator sees everybody's", oscar, Method::get, "/api/v1/budgets/ada", 200},
             Row{"and sets none", oscar, Method::put, "/api/v1/budgets/ada", 403},
             Row{"another tenant is not there", root_of_other, Method::get, "/api/v1/budgets/tenant:acme", 404},
             Row{"nor can it be set", root_of_other, Method::delete_, "/api/v1/budgets/tenant:acme", 404},
             Row{"another user's usage is not there", bob, Method::get, "/api/v1/usage?user=ada", 404},
             Row{"nor that of nobody", bob, Method::get, "/api/v1/usage?user=nobody", 404},
             Row{"an operator may ask for it", oscar, Method::get, "/api/v1/usage?user=ada", 200},
             Row{"a user hears no alerts", ada, Method::get, "/api/v1/events", 403},
             Row{"and sees no targets", ada, Method::get, "/api/v1/targets", 403},
         }) {
        const Answer answer = ask(key, method, target);
        EXPECT_EQ(answer.status, status) << claim << '\n' << answer.body;
    }
    EXPECT_EQ(get(bob, "/api/v1/usage?session=s").at("lines").as_array().size(), 0U) << "another's session has cost nothing";

    // A namesake of another tenant is somebody else.
    const Answer namesake = get(root_of_other, "/api/v1/budgets/ada");
    EXPECT_EQ(namesake.at("used").to_number<double>(), 0.0);
    EXPECT_EQ(namesake.at("limit").to_number<double>(), 100.0) << "the default of a user's day";
    EXPECT_EQ(get(ada, "/api/v1/budgets/ada").at("limit").to_number<double>(), 7.0);

    const auto listed = [&](const std::string& key) {
        std::set<std::string> subjects;
        for (const auto& item : get(key, "/api/v1/budgets").at("items").as_array()) subjects.insert(text_of(item, "subject"));
        return subjects;
    };
    EXPECT_EQ(listed(ada), (std::set<std::string>{"user:ada"}));
    EXPECT_EQ(listed(oscar), (std::set<std::string>{"user:ada", "user:oscar", "tenant:acme"}));
    EXPECT_EQ(listed(olga), (std::set<std::string>{"user:olga"}));
}

TEST_F(MoneyTest, TheReportHasTheNamesThatProgramsKnow) {
    const Answer report = get(ada, "/api/v1/budgets/ada");
    EXPECT_EQ(report.text("user_id"), "ada");
    EXPECT_EQ(report.text("date"), iso8601(Clock::wall()).substr(0, 10));
    EXPECT_EQ(report.at("used").to_number<double>(), 0.0);
    EXPECT_EQ(report.at("limit").to_number<double>(), 100.0);
    EXPECT_EQ(report.at("remaining").to_number<double>(), 100.0);
    EXPECT_EQ(report.at("percentage").to_number<double>(), 0.0);
    EXPECT_TRUE(report.at("month").at("limit").is_null());
}

TEST_F(MoneyTest, ABudgetThatWasSetSurvivesARestart) {
    put_budget("ada", {{"day", 7}, {"month", 70.25}, {"warn_percent", 50}});
    restart();
    const Answer kept = get(ada, "/api/v1/budgets/ada");
    EXPECT_EQ(kept.at("limit").to_number<double>(), 7.0);
    EXPECT_EQ(kept.at("month").at("limit").to_number<double>(), 70.25);
    EXPECT_EQ(kept.at("warn_percent").as_int64(), 50);
    const Answer reset = ask(root, Method::delete_, "/api/v1/budgets/ada");
    EXPECT_EQ(reset.at("limit").to_number<double>(), 100.0);
    EXPECT_TRUE(reset.at("month").at("limit").is_null());
    EXPECT_EQ(ask(root, Method::post, "/api/v1/budgets/ada/reconcile").at("returned").to_number<double>(), 0.0);
}

TEST(MoneyOfTheEmbeddedModel, WhatIsFreeIsNeverRefused) {
    support::Loop loop;
    support::Server server{{{"ledger.user_day", "0.000001"}}};
    support::Client client{loop, server.port()};
    for (const char* subject : {"anonymous", "tenant:default"}) {
        const Answer put = client.send(
            {.method = Method::put, .target = fmt::format("/api/v1/budgets/{}", subject), .headers = {}, .body = R"({"day":0,"month":0})"});
        ASSERT_EQ(put.status, 200) << put.body;
    }
    const std::string session = client.open_session({{"scenario", "sales-zh"}});
    for (int i = 0; i < 3; ++i) EXPECT_EQ(client.say(session, "多少钱？").status, 200);
    const Answer usage = client.get("/api/v1/usage");
    EXPECT_GT(usage.at("total").at("total_tokens").as_int64(), 0) << "free, and counted all the same";
    EXPECT_EQ(usage.at("total").at("cost").at("micros").as_int64(), 0);
}
}  // namespace
}  // namespace rondo
