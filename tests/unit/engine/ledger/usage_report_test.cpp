#include "unit/engine/ledger/ledger_fixture.hpp"

namespace rondo::ledger {
namespace {
using namespace std::chrono_literals;

class UsageReportTest : public LedgerTest {
protected:
    void spend(const char* user, const char* scenario, const char* node, const char* model, std::int64_t tokens) {
        reserve({.scope = {TenantId{"acme"}, UserId{user}}}, 1)
            ->settle({.usage = output(tokens), .model = model, .scenario = scenario, .node = node});
    }
    void two_days() {
        config.prices = {"m1=0/1", "m2=0/2"};
        start();
        spend("ada", "sales-zh", "npc", "m1", 10);
        spend("ada", "sales-zh", "coach", "m2", 20);
        spend("bob", "feynman-en", "npc", "m1", 30);
        reserve({.scope = {TenantId{"other"}, UserId{"ada"}}}, 1)->settle({.usage = output(999), .model = "m1"});
        clock.advance(24h);
        spend("ada", "sales-zh", "npc", "m2", 40);
    }
    std::string lines(const UsagePage& page) {
        std::string out;
        for (const auto& line : page.lines) out += line.name + '=' + std::to_string(line.sum.cost.micros) + ' ';
        return out + "total=" + std::to_string(page.total.cost.micros);
    }
};

TEST_F(UsageReportTest, AddsUpByEverythingAndForOneTenantOnly) {
    two_days();
    EXPECT_EQ(lines(usage_by(GroupBy::day)), "2026-01-01=80 2026-01-02=80 total=160");
    EXPECT_EQ(lines(usage_by(GroupBy::user)), "ada=130 bob=30 total=160");
    EXPECT_EQ(lines(usage_by(GroupBy::model)), "m1=40 m2=120 total=160");
    EXPECT_EQ(lines(usage_by(GroupBy::scenario)), "feynman-en=30 sales-zh=130 total=160");
    EXPECT_EQ(lines(usage_by(GroupBy::node)), "coach=40 npc=120 total=160");
    const auto day = *parse_day("2026-01-02");
    EXPECT_EQ(lines(usage_by(GroupBy::user, {.first_day = day, .last_day = day})), "ada=80 total=80");
    EXPECT_EQ(lines(usage_by(GroupBy::node, {.user = "ada"})), "coach=40 npc=90 total=130");
    EXPECT_EQ(lines(usage_by(GroupBy::user, {.scenario = "sales-zh", .node = "npc", .model = "m1"})), "ada=10 total=10");
    EXPECT_EQ(lines(usage_by(GroupBy::user, {.target = "nowhere"})), "total=0");
}

TEST_F(UsageReportTest, ComesInPagesThatMeet) {
    two_days();
    for (const GroupBy by : {GroupBy::day, GroupBy::user, GroupBy::model, GroupBy::node}) {
        std::vector<UsageLine> gathered;
        std::optional<std::string> after;
        do {
            const auto page = usage_by(by, {.after = after, .limit = 1});
            ASSERT_EQ(page.lines.size(), 1U);
            EXPECT_EQ(page.total.cost, Money{160}) << "the total is of all pages";
            gathered.push_back(page.lines[0]);
            after = page.next;
        } while (after);
        EXPECT_EQ(gathered, usage_by(by).lines) << name(by);
    }
}

TEST_F(UsageReportTest, AnUnnamedLineIsALineToo) {
    start();
    spend("ada", "", "npc", "plain", 1);
    spend("ada", "sales-zh", "npc", "plain", 2);
    const auto first = usage_by(GroupBy::scenario, {.limit = 1});
    EXPECT_EQ(first.lines[0].name, "");
    ASSERT_TRUE(first.next);
    EXPECT_EQ(usage_by(GroupBy::scenario, {.after = first.next, .limit = 1}).lines[0].name, "sales-zh");
}

TEST_F(UsageReportTest, QuestionsWithoutSenseAreRefused) {
    start();
    for (const UsageQuery& query : {UsageQuery{.first_day = 2, .last_day = 1}, UsageQuery{.limit = 0}, UsageQuery{.after = "yesterday"}}) {
        const auto page = run(db->read([&](store::Reader& reader) { return usage(reader, query); }));
        ASSERT_FALSE(page);
        EXPECT_EQ(page.error().code, Code::invalid_argument);
    }
}

TEST(UsageCsv, QuotesWhatNeedsItAndDisarmsFormulas) {
    const UsageSum sum{.calls = 2, .attempts = 3, .usage = {{4}, {5}, {6}, {7}}, .cost = Money{1'250'000}, .estimated_cost = Money{1}};
    UsagePage page{.by = GroupBy::user, .lines = {{"a,\"b\"", sum}, {"=1+1", sum}, {"", sum}}, .total = sum};
    EXPECT_EQ(usage_csv(page),
              "user,calls,attempts,input_tokens,output_tokens,cache_write_tokens,cache_read_tokens,cost,estimated_cost\r\n"
              "\"a,\"\"b\"\"\",2,3,4,5,6,7,1.25,0.000001\r\n"
              "\"'=1+1\",2,3,4,5,6,7,1.25,0.000001\r\n"
              ",2,3,4,5,6,7,1.25,0.000001\r\n"
              "total,2,3,4,5,6,7,1.25,0.000001\r\n");
    page.next = "";
    EXPECT_FALSE(usage_csv(page).contains("total")) << "more pages follow";
}

TEST_F(UsageReportTest, BudgetsAreListedByTenantInPages) {
    start();
    const TenantId acme{"acme"};
    for (const char* id : {"c", "a", "b"}) ASSERT_TRUE(run(ledger->put({user(id), {.day = Money{1}}})));
    ASSERT_TRUE(run(ledger->put({{SubjectKind::tenant, acme, ""}, {.month = Money{9}}})));
    ASSERT_TRUE(run(ledger->put({{SubjectKind::user, TenantId{"other"}, "a"}, {.day = Money{2}}})));
    std::string names;
    std::optional<Subject> after;
    for (;;) {
        const auto page =
            run(db->read([&](store::Reader& reader) { return repository::budgets_of(reader, acme, after ? &*after : nullptr, 2); }));
        ASSERT_TRUE(page);
        if (page->empty()) break;
        for (const StoredBudget& stored : *page) names += text(stored.subject) + ' ';
        after = page->back().subject;
    }
    EXPECT_EQ(names, "tenant:acme user:a user:b user:c ");
}
}  // namespace
}  // namespace rondo::ledger
