// What is spent and who may see it, through the whole server with the mock provider behind it. Two tenants, three roles.
#include "edge/mock/provider.hpp"
#include "support/keys.hpp"
#include "support/server_test.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <map>
#include <set>
#include <stdexcept>

namespace rondo {
namespace {
using boost::json::object;
using guard::Role;
using net::Method;
using support::Answer;
using support::bearer;
using support::make_key;
using support::text_of;
using testing::HasSubstr;
using Settings = support::Server::Settings;

/// Before the server, and gone after it.
struct Provided {
    mock::Provider provider{{.tokens = 8}};
    Provided() {
        if (const auto started = provider.start(); !started) throw std::runtime_error{started.error().message};
    }
    /// A target of each model; a token costs a thousandth.
    [[nodiscard]] Settings settings(std::initializer_list<const char*> models, Settings more = {}) const {
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

class Money : protected Provided, public support::ServerTest {
protected:
    Money() : Money{{}} {}
    explicit Money(Settings more, std::initializer_list<const char*> models = {"ok"})
        : ServerTest{settings(models, std::move(more))},
          ada{make_key(server.data(), "acme", "ada")},
          bob{make_key(server.data(), "acme", "bob")},
          oscar{make_key(server.data(), "acme", "oscar", Role::supervisor)},
          root{make_key(server.data(), "acme", "root", Role::admin)},
          eve{make_key(server.data(), "other", "eve")},
          olga{make_key(server.data(), "other", "olga", Role::supervisor)},
          root_of_other{make_key(server.data(), "other", "root", Role::admin)} {
        restart();
    }
    Answer ask(const std::string& key, Method method, std::string target, const object& body = {}, std::vector<net::Header> headers = {}) {
        headers.push_back(bearer(key));
        net::ClientRequest request{.method = method, .target = std::move(target), .headers = std::move(headers), .body = {}};
        if (!body.empty()) request.body = boost::json::serialize(body);
        return now().send(std::move(request));
    }
    Answer get(const std::string& key, std::string target) { return ask(key, Method::get, std::move(target)); }
    void put_budget(const std::string& subject, const object& budget) {
        const Answer answer = ask(root, Method::put, "/api/v1/budgets/" + subject, budget);
        ASSERT_EQ(answer.status, 200) << answer.body;
    }
    void begin(const std::string& key, const std::string& session) {
        const Answer answer = ask(key, Method::post, "/api/v1/sessions", {{"session_id", session}, {"scenario", "sales-en"}});
        ASSERT_EQ(answer.status, 201) << answer.body;
    }
    Answer say(const std::string& key, const std::string& session, object more = {}) {
        more["user_message"] = "How much does it cost?";
        return ask(key, Method::post, fmt::format("/api/v1/sessions/{}/turns", session), more);
    }
    Answer complete(const std::string& key, const char* path = "/v1/chat/completions") {
        return ask(key, Method::post, path,
                   {{"model", "ok"}, {"max_tokens", 50}, {"messages", {{{"role", "user"}, {"content", "Good morning"}}}}});
    }
    /// What the report's lines cost, by their names.
    static std::map<std::string, std::int64_t> costs_of(const Answer& report) {
        std::map<std::string, std::int64_t> costs;
        for (const auto& line : report.at("lines").as_array()) costs[text_of(line, "name")] = line.at("cost").at("micros").as_int64();
        return costs;
    }
    static std::int64_t cost_of(const Answer& turn) { return turn.at("cost").at("micros").as_int64(); }

    std::string ada, bob, oscar, root, eve, olga, root_of_other;
};

TEST_F(Money, ABudgetThatIsUsedUpRefusesTurnsAndCompletions) {
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

TEST_F(Money, ATenantsAndASessionsBudgetRefuseToo) {
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

TEST_F(Money, AShadowBudgetCountsAndNeverRefuses) {
    begin(ada, "s");
    put_budget("ada", {{"day", 0.001}, {"shadow", true}});
    EXPECT_EQ(say(ada, "s").status, 200);
    const Answer report = get(ada, "/api/v1/budgets/ada");
    EXPECT_GT(report.at("used").to_number<double>(), 0.001);
    EXPECT_GT(report.at("percentage").to_number<double>(), 100.0);
    EXPECT_EQ(report.at("remaining").to_number<double>(), 0.0);
    EXPECT_TRUE(report.at("shadow").as_bool());
}

TEST_F(Money, ALimitIsNeverPassed) {
    begin(ada, "s");
    put_budget("ada", {{"day", 3}});
    std::int64_t spent = 0;
    Answer turn;
    for (int i = 0; i < 50 && (turn = say(ada, "s")).status == 200; ++i) spent += cost_of(turn);
    ASSERT_EQ(turn.status, 429) << turn.body;
    EXPECT_GT(spent, 0);
    EXPECT_LE(spent, 3'000'000);
    const Answer report = get(ada, "/api/v1/budgets/ada");
    EXPECT_DOUBLE_EQ(report.at("used").to_number<double>(), static_cast<double>(spent) / 1e6) << report.body;
    EXPECT_EQ(report.at("held").to_number<double>(), 0.0);
}

TEST_F(Money, WhatIsReportedIsWhatTheTurnsSay) {
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
    EXPECT_EQ(total.at("input_tokens").as_int64(), input);
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
    EXPECT_THAT(csv.body, HasSubstr(fmt::format(",{},{},0,0,{},0.00\r\n", input, output, text_of(total.at("cost"), "amount")))) << csv.body;
    const Answer part = get(oscar, "/api/v1/usage?by=user&limit=1&format=csv");
    EXPECT_THAT(part.body, testing::Not(HasSubstr("total")));
    EXPECT_EQ(part.header("link"), "</api/v1/usage?by=user&format=csv&limit=1&after=ada>; rel=\"next\"");
}

TEST_F(Money, NobodySeesOrSetsWhatIsAnothers) {
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

TEST_F(Money, TheReportHasTheNamesThatProgramsKnow) {
    const Answer report = get(ada, "/api/v1/budgets/ada");
    EXPECT_EQ(report.text("user_id"), "ada");
    EXPECT_EQ(report.text("date"), iso8601(Clock::wall()).substr(0, 10));
    EXPECT_EQ(report.at("used").to_number<double>(), 0.0);
    EXPECT_EQ(report.at("limit").to_number<double>(), 100.0);
    EXPECT_EQ(report.at("remaining").to_number<double>(), 100.0);
    EXPECT_EQ(report.at("percentage").to_number<double>(), 0.0);
    EXPECT_TRUE(report.at("month").at("limit").is_null());
}

TEST_F(Money, ABudgetThatWasSetSurvivesARestart) {
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

TEST_F(Money, AnAlertIsTold) {
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

TEST_F(Money, AStreamOfEventsEndsWithTheServer) {
    support::Client listening{loop, server.port()};
    auto stream =
        listening.stream({.method = Method::get, .target = "/api/v1/events", .headers = {bearer(oscar), {"Accept", "text/event-stream"}}});
    const TimePoint before = Clock::now();
    server.app().drain();
    EXPECT_LT(Clock::now() - before, std::chrono::seconds{20}) << "it held the drain up until its deadline";
    EXPECT_EQ(stream.next(), std::nullopt);
}

TEST_F(Money, TheTargetsAreListedWithoutTheirKeys) {
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

class MoneyBroken : public Money {
protected:
    MoneyBroken()
        : Money{{{"llm.gateway.attempts", "1"},
                 {"llm.gateway.attempts_per_target", "1"},
                 {"llm.gateway.breaker_min_calls", "1"},
                 {"llm.gateway.breaker_open_ms", "60000"},
                 {"llm.aliases.best.targets", "server-error"}},
                {"server-error"}} {}
};

TEST_F(MoneyBroken, AnOpenBreakerIsToldAndAnsweredWithoutTheProvider) {
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
