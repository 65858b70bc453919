#include "edge/gateway/money_codec.hpp"

#include "engine/ledger/calendar.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace rondo::gateway {
namespace {
net::Request asking(std::string query, std::vector<net::Header> headers = {}) {
    return {.target = {}, .path = "/api/v1/usage", .query = std::move(query), .headers = std::move(headers), .body = {}, .peer = {}};
}
std::int64_t day(const char* text) { return ledger::parse_day(text).value(); }

struct Days {
    const char* claim;
    const char* query;
    const char *first, *last;
};
class UsageDays : public testing::TestWithParam<Days> {};
TEST_P(UsageDays, AreRead) {
    const auto query = usage_query(asking(GetParam().query), day("2026-03-15"));
    ASSERT_TRUE(query) << GetParam().claim;
    EXPECT_EQ(query->first_day, day(GetParam().first)) << GetParam().claim;
    EXPECT_EQ(query->last_day, day(GetParam().last)) << GetParam().claim;
}
INSTANTIATE_TEST_SUITE_P(MoneyCodec, UsageDays, testing::Values(
    Days{"without days it is this month so far",    "",                              "2026-03-01", "2026-03-15"},
    Days{"from a day on, up to today",              "from=2026-01-31",               "2026-01-31", "2026-03-15"},
    Days{"up to a day, from the first of its month", "to=2026-02-28",                "2026-02-01", "2026-02-28"},
    Days{"a single day",                            "from=2026-02-28&to=2026-02-28", "2026-02-28", "2026-02-28"}));

struct Refused {
    const char* claim;
    const char* query;
    const char* place;
};
class UsageFaults : public testing::TestWithParam<Refused> {};
TEST_P(UsageFaults, AreNamed) {
    const auto query = usage_query(asking(GetParam().query), day("2026-03-15"));
    ASSERT_FALSE(query) << GetParam().claim;
    ASSERT_EQ(query.error().faults.size(), 1U) << GetParam().claim;
    EXPECT_EQ(query.error().faults[0].path, GetParam().place) << GetParam().claim;
}
INSTANTIATE_TEST_SUITE_P(MoneyCodec, UsageFaults, testing::Values(
    Refused{"no such grouping",                "by=week",                        "by"},
    Refused{"no day",                          "from=2026-02-30",                "from"},
    Refused{"a day that begins in the future", "from=2026-03-16",                "from"},
    Refused{"days the wrong way round",        "from=2026-02-02&to=2026-02-01",  "from"},
    Refused{"too many lines at once",          "limit=1001",                     "limit"},
    Refused{"no lines",                        "limit=0",                        "limit"},
    Refused{"a page of days goes on at a day", "after=ada",                      "after"}));

TEST(MoneyCodec, FiltersAreReadDecoded) {
    const auto query = usage_query(asking("by=user&user=ada&model=a%2Fb&node=npc&session=s&key=k&target=t&scenario=c&after=x+y"), 0);
    ASSERT_TRUE(query);
    EXPECT_EQ(query->by, ledger::GroupBy::user);
    EXPECT_EQ(query->user + query->model + query->node + query->session + query->key + query->target + query->scenario, "adaa/bnpcsktc");
    EXPECT_EQ(query->after, "x y");
}

TEST(MoneyCodec, CsvIsAskedForInTwoWays) {
    EXPECT_FALSE(*wants_csv(asking("")));
    EXPECT_TRUE(*wants_csv(asking("", {{"Accept", "text/csv;q=1"}})));
    EXPECT_TRUE(*wants_csv(asking("format=csv")));
    EXPECT_FALSE(*wants_csv(asking("format=json", {{"Accept", "text/csv"}}))) << "the query wins";
    EXPECT_FALSE(wants_csv(asking("format=xml")));
}

TEST(MoneyCodec, TheNextPageIsTheSameRequestFromThereOn) {
    EXPECT_EQ(target_after(asking("user=a%3Eb&after=old&limit=2"), "价"), "/api/v1/usage?user=a%3Eb&limit=2&after=%E4%BB%B7");
}

struct Put {
    const char* claim;
    const char* body;
    std::optional<ledger::Budget> budget;
};
class BudgetBody : public testing::TestWithParam<Put> {};
TEST_P(BudgetBody, IsRead) {
    const auto budget = budget_request(GetParam().body);
    EXPECT_EQ(budget ? std::optional{*budget} : std::nullopt, GetParam().budget) << GetParam().claim;
}
INSTANTIATE_TEST_SUITE_P(MoneyCodec, BudgetBody, testing::Values(
    Put{"limits are exact to the micro-unit", R"({"day":0.000001,"month":1e9})",
        ledger::Budget{.day = Money{1}, .month = Money{1'000'000'000'000'000}}},
    Put{"null is no limit",                   R"({"day":null,"shadow":true})",   ledger::Budget{.shadow = true}},
    Put{"nor is what is left out",            R"({"warn_percent":1})",           ledger::Budget{.warn_percent = 1}},
    Put{"0 is a limit",                       R"({"day":0})",                    ledger::Budget{.day = Money{0}}},
    Put{"less than nothing is refused",       R"({"day":-1})",                   std::nullopt},
    Put{"a text is no amount",                R"({"day":"5"})",                  std::nullopt},
    Put{"unknown members are refused",        R"({"dayly":5})",                  std::nullopt},
    Put{"a list is no budget",                R"([])",                           std::nullopt}));

TEST(MoneyCodec, AReportWithoutALimitHasNoShare) {
    const ledger::Subject key{ledger::SubjectKind::key, TenantId{"t"}, "k"};
    const auto of = [&](ledger::Period period, std::optional<Money> limit) {
        return ledger::BudgetReport{
            .subject = key, .period = period, .used = Money{2'500'000}, .held = {}, .unaccounted = {}, .limit = limit};
    };
    const auto json = budget_json({of(ledger::Period::day, Money{10'000'000}), of(ledger::Period::month, std::nullopt)}, {});
    EXPECT_EQ(json.at("subject"), "key:k");
    EXPECT_TRUE(json.at("user_id").is_null());
    EXPECT_EQ(json.at("used").to_number<double>(), 2.5);
    EXPECT_EQ(json.at("remaining").to_number<double>(), 7.5);
    EXPECT_EQ(json.at("percentage").to_number<double>(), 25.0);
    EXPECT_EQ(json.at("month").at("used").to_number<double>(), 2.5);
    EXPECT_TRUE(json.at("month").at("remaining").is_null());
    EXPECT_TRUE(json.at("month").at("percentage").is_null());
}
}  // namespace
}  // namespace rondo::gateway
