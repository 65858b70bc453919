#include "base/config/field.hpp"
#include "engine/ledger/amount.hpp"
#include "engine/ledger/calendar.hpp"
#include "engine/ledger/config.hpp"
#include "engine/ledger/entry.hpp"
#include "engine/ledger/subject.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

namespace rondo::ledger {
namespace {
using namespace std::chrono_literals;

struct Amount {
    const char* claim;
    const char* text;
    std::optional<std::int64_t> micros;
};
class Amounts : public testing::TestWithParam<Amount> {};
TEST_P(Amounts, AreReadExactly) {
    const auto read = parse_amount(GetParam().text);
    EXPECT_EQ(read ? std::optional{read->micros} : std::nullopt, GetParam().micros) << GetParam().claim;
    if (read) EXPECT_EQ(parse_amount(amount_text(*read)), read) << "and written so that they can be read again";
}
INSTANTIATE_TEST_SUITE_P(Ledger, Amounts, testing::Values(
    Amount{"a whole number",            "3",                     3'000'000},
    Amount{"places",                    "2.50",                  2'500'000},
    Amount{"the smallest",              "0.000001",              1},
    Amount{"no digit before the point", ".5",                    500'000},
    Amount{"no digit behind it",        "7.",                    7'000'000},
    Amount{"the largest",               "9223372036854.775807",  std::numeric_limits<std::int64_t>::max()},
    Amount{"one more",                  "9223372036854.775808",  std::nullopt},
    Amount{"far more",                  "99999999999999999999",  std::nullopt},
    Amount{"nothing is rounded",        "0.0000001",             std::nullopt},
    Amount{"no sign",                   "-1",                    std::nullopt},
    Amount{"no exponent",               "1e3",                   std::nullopt},
    Amount{"one point",                 "1.2.3",                 std::nullopt},
    Amount{"a point alone",             ".",                     std::nullopt},
    Amount{"nothing",                   "",                      std::nullopt}));

TEST(Amount, IsWrittenWithTwoToSixPlaces) {
    EXPECT_EQ(amount_text(Money{100'000'000}), "100.00");
    EXPECT_EQ(amount_text(Money{18}), "0.000018");
    EXPECT_EQ(amount_text(Money{1'250'000}), "1.25");
    EXPECT_EQ(amount_text(Money{-1'500'000}), "-1.50");
    EXPECT_EQ(amount_text(Money{std::numeric_limits<std::int64_t>::min()}), "-9223372036854.775808");
    EXPECT_EQ(add(Money{std::numeric_limits<std::int64_t>::max()}, Money{1}), Money{std::numeric_limits<std::int64_t>::max()});
}

struct Moment {
    const char* claim;
    std::chrono::year_month_day date;
    std::chrono::microseconds time;
    const char *day, *month, *next_day, *next_month;
};
class Calendar : public testing::TestWithParam<Moment> {};
TEST_P(Calendar, KnowsTheWindowsOfAMoment) {
    const auto& p = GetParam();
    const Windows windows = windows_at(std::chrono::sys_days{p.date} + p.time);
    EXPECT_EQ(window_text(Period::day, windows.of(Period::day)), p.day) << p.claim;
    EXPECT_EQ(window_text(Period::month, windows.of(Period::month)), p.month) << p.claim;
    EXPECT_EQ(iso8601(end_of(Period::day, windows.day())).substr(0, 10), p.next_day) << p.claim;
    EXPECT_EQ(iso8601(end_of(Period::month, windows.of(Period::month))).substr(0, 10), p.next_month) << p.claim;
    EXPECT_EQ(parse_day(p.day), windows.day()) << p.claim;
    EXPECT_EQ(first_day(Period::month, windows.of(Period::month)), parse_day(std::string{p.month} + "-01")) << p.claim;
}
using std::chrono::year;
INSTANTIATE_TEST_SUITE_P(Ledger, Calendar, testing::Values(
    Moment{"midnight begins a day",       year{2026} / 1 / 1,   0us,         "2026-01-01", "2026-01", "2026-01-02", "2026-02-01"},
    Moment{"a microsecond before it",     year{2026} / 1 / 31,  24h - 1us,   "2026-01-31", "2026-01", "2026-02-01", "2026-02-01"},
    Moment{"a leap day",                  year{2028} / 2 / 29,  12h,         "2028-02-29", "2028-02", "2028-03-01", "2028-03-01"},
    Moment{"the end of a year",           year{2026} / 12 / 31, 23h,         "2026-12-31", "2026-12", "2027-01-01", "2027-01-01"}));

TEST(CalendarText, RefusesWhatIsNoDay) {
    for (const char* text : {"", "2026", "2026-1-1", "2026-02-29", "2026-13-01", "2026-00-10", "2026-01-32", "2026/01/01", "-026-01-01",
                             "2026-01-0x", "2026-01-011"})
        EXPECT_EQ(parse_day(text), std::nullopt) << text;
}

struct Name {
    const char* claim;
    const char* text;
    std::optional<Subject> subject;
    Code code{Code::invalid_argument};
};
class Subjects : public testing::TestWithParam<Name> {};
TEST_P(Subjects, AreReadFromTheirNames) {
    const auto read = parse_subject(TenantId{"acme"}, GetParam().text);
    ASSERT_EQ(read.has_value(), GetParam().subject.has_value()) << GetParam().claim;
    if (!read) {
        EXPECT_EQ(read.error().code, GetParam().code) << GetParam().claim;
        return;
    }
    EXPECT_EQ(*read, *GetParam().subject) << GetParam().claim;
    EXPECT_EQ(*parse_subject(TenantId{"acme"}, text(*read)), *read) << GetParam().claim;
}
Subject subject(SubjectKind kind, const char* id) { return {kind, TenantId{"acme"}, id}; }
INSTANTIATE_TEST_SUITE_P(Ledger, Subjects, testing::Values(
    Name{"a name alone is a user",        "ada",            subject(SubjectKind::user, "ada")},
    Name{"a user by kind",                "user:ada",       subject(SubjectKind::user, "ada")},
    Name{"a key",                         "key:k1",         subject(SubjectKind::key, "k1")},
    Name{"a session",                     "session:s",      subject(SubjectKind::session, "s")},
    Name{"the tenant itself",             "tenant:acme",    subject(SubjectKind::tenant, "")},
    Name{"a colon inside the name",       "a:b",            subject(SubjectKind::user, "a:b")},
    Name{"a user named like a kind",      "user:key:x",     subject(SubjectKind::user, "key:x")},
    Name{"another tenant is not ours",    "tenant:other",   std::nullopt, Code::not_found},
    Name{"nobody",                        "user:",          std::nullopt},
    Name{"nothing",                       "",               std::nullopt},
    Name{"characters no id has",          "user:a b",       std::nullopt}));

Entry sample() {
    return {.spender = {.scope = {TenantId{"acme"}, UserId{"ada"}}, .key = "k", .session = "s"},
            .day = 20'454,
            .call = {.usage = {{1}, {2}, {3}, {4}},
                     .model = "m",
                     .target = "t",
                     .scenario = "sales-zh",
                     .node = "npc",
                     .estimated = true,
                     .attempts = 3},
            .cost = Money{77}};
}

TEST(Entry, ComesBackFromTheJournalAsItWas) {
    const auto back = Entry::decode(sample().encode());
    ASSERT_TRUE(back);
    EXPECT_EQ(back->spender.scope, sample().spender.scope);
    EXPECT_EQ(back->spender.key, "k");
    EXPECT_EQ(back->spender.session, "s");
    EXPECT_EQ(back->day, 20'454);
    EXPECT_EQ(back->cost, Money{77});
    EXPECT_EQ(back->call.usage, sample().call.usage);
    EXPECT_EQ(back->call.model + back->call.target + back->call.scenario + back->call.node, "mtsales-zhnpc");
    EXPECT_TRUE(back->call.estimated);
    EXPECT_EQ(back->call.attempts, 3);
}

TEST(Entry, CutOrLengthenedAnywhereItIsRefused) {
    const std::string whole = sample().encode();
    for (std::size_t bytes = 0; bytes < whole.size(); ++bytes)
        EXPECT_FALSE(Entry::decode(std::string_view{whole}.substr(0, bytes))) << bytes;
    EXPECT_FALSE(Entry::decode(whole + "x"));
    std::string newer = whole;
    newer[0] = 2;
    EXPECT_FALSE(Entry::decode(newer)) << "another version";
}

struct PriceLine {
    const char* claim;
    const char* line;
    std::optional<Price> price;  ///< of the model m
};
class PriceLines : public testing::TestWithParam<PriceLine> {};
TEST_P(PriceLines, SetPrices) {
    const std::vector<std::string> lines{GetParam().line};
    const auto table = price_table(lines);
    ASSERT_EQ(table.has_value(), GetParam().price.has_value()) << GetParam().claim;
    if (table) {
        EXPECT_EQ(table->price("m"), *GetParam().price) << GetParam().claim;
    } else {
        ASSERT_EQ(table.error().faults.size(), 1U);
        EXPECT_EQ(table.error().faults[0].path, "/0");
    }
}
INSTANTIATE_TEST_SUITE_P(Ledger, PriceLines, testing::Values(
    PriceLine{"all four",                       "m=2.50/10/3.75/0.25",  Price{Money{2'500'000}, Money{10'000'000}, Money{3'750'000}, Money{250'000}}},
    PriceLine{"the cache costs what input does","m=2/8",                Price{Money{2'000'000}, Money{8'000'000}, Money{2'000'000}, Money{2'000'000}}},
    PriceLine{"free",                           "m=0/0",                Price{}},
    PriceLine{"another model leaves the default","other=1/1",           PriceTable{}.price("default")},
    PriceLine{"the default for all",            "default=1/2",          Price{Money{1'000'000}, Money{2'000'000}, Money{1'000'000}, Money{1'000'000}}},
    PriceLine{"a name with an equals sign",     "x=m=1/1",              PriceTable{}.price("default")},
    PriceLine{"no price",                       "m",                    std::nullopt},
    PriceLine{"no model",                       "=1/2",                 std::nullopt},
    PriceLine{"one part",                       "m=1",                  std::nullopt},
    PriceLine{"three parts",                    "m=1/2/3",              std::nullopt},
    PriceLine{"five parts",                     "m=1/2/3/4/5",          std::nullopt},
    PriceLine{"a word",                         "m=1/cheap",            std::nullopt},
    PriceLine{"a negative price",               "m=-1/2",               std::nullopt}));

TEST(Settings, AUserMaySpendAHundredADayByDefaultAndNobodyElseIsLimited) {
    const auto settings = settings_of({});
    ASSERT_TRUE(settings);
    EXPECT_EQ(settings->budget(SubjectKind::user), (Budget{.day = Money{100'000'000}}));
    for (const SubjectKind kind : {SubjectKind::tenant, SubjectKind::key, SubjectKind::session})
        EXPECT_FALSE(settings->budget(kind).limited());
    EXPECT_FALSE(settings_of({.prices = {"nonsense"}}));
}

TEST(Settings, AreDescribedAndTellWhichPriceCannotBeRead) {
    Config config;
    config::Description sound;
    describe(sound, config);
    EXPECT_TRUE(sound.broken_rules().empty());
    EXPECT_TRUE(std::ranges::any_of(sound.fields(), [](const auto& field) { return field.key == "alerts.request_cost"; }));
    config.prices = {"m=1/2", "m=cheap"};
    config::Description broken;
    describe(broken, config);
    ASSERT_EQ(broken.broken_rules().size(), 1U);
    EXPECT_EQ(broken.broken_rules()[0].path, "prices");
    EXPECT_TRUE(broken.broken_rules()[0].message.starts_with("\"m=cheap\" is no price; write it as")) << broken.broken_rules()[0].message;
}
}  // namespace
}  // namespace rondo::ledger
