#include "mind/guard/ticket_office.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace rondo::guard {
namespace {
using namespace std::chrono_literals;
constexpr TimePoint kStart{1h};

Principal holder(const char* user, std::string key = "k1") {
    return {.scope = {TenantId{"acme"}, UserId{user}},
            .role = Role::supervisor,
            .key = std::move(key),
            .limits = {.requests_per_minute = 7},
            .budget = "tenant:acme"};
}

TEST(TicketOffice, ATicketStandsForWhoeverFetchedIt) {
    TicketOffice office;
    const auto ticket = office.issue(holder("ada"), kStart);
    ASSERT_TRUE(ticket);
    const auto who = office.redeem(ticket->text, kStart + 1s);
    ASSERT_TRUE(who);
    EXPECT_EQ(who->scope.tenant.value, "acme");
    EXPECT_EQ(who->scope.user.value, "ada");
    EXPECT_EQ(who->role, Role::supervisor);
    EXPECT_EQ(who->key, "k1");
    EXPECT_EQ(who->limits.requests_per_minute, 7);
    EXPECT_EQ(who->budget, "tenant:acme");
}

struct Row {
    const char* claim;
    Clock::duration after;
    bool used_before;
    const char* changed;  ///< appended to the ticket's text
    bool good;
};
class TicketRedeemed : public testing::TestWithParam<Row> {};

TEST_P(TicketRedeemed, Or) {
    const Row& row = GetParam();
    TicketOffice office;
    const auto ticket = office.issue(holder("ada"), kStart);
    ASSERT_TRUE(ticket);
    EXPECT_EQ(ticket->lifetime, 30s);
    if (row.used_before) ASSERT_TRUE(office.redeem(ticket->text, kStart));
    const auto who = office.redeem(ticket->text + row.changed, kStart + row.after);
    EXPECT_EQ(who.has_value(), row.good) << row.claim;
    if (who) return;
    EXPECT_EQ(who.error().code, Code::unauthenticated) << row.claim;
    EXPECT_EQ(who.error().reason, "TICKET_INVALID") << row.claim;
}

INSTANTIATE_TEST_SUITE_P(TicketOffice, TicketRedeemed,
                         testing::Values(Row{"good at once", 0s, false, "", true}, Row{"good for half a minute", 29'999ms, false, "", true},
                                         Row{"worth nothing after it", 30s, false, "", false},
                                         Row{"worth nothing the second time", 0s, true, "", false},
                                         Row{"worth nothing with a character more", 0s, false, "0", false}));

TEST(TicketOffice, NoTicketIsEmptyShortOrRepeated) {
    TicketOffice office;
    EXPECT_FALSE(office.redeem("", kStart));
    std::set<std::string> texts;
    for (int i = 0; i < 100; ++i) {
        const auto ticket = office.issue(holder("ada"), kStart);
        ASSERT_TRUE(ticket);
        EXPECT_EQ(ticket->text.size(), 3U + 64U) << "256 bits";
        EXPECT_TRUE(texts.insert(ticket->text).second);
    }
}

TEST(TicketOffice, OneCallerDoesNotTakeThePlacesOfAll) {
    TicketOffice office{{.tickets = 3, .per_caller = 2}};
    EXPECT_TRUE(office.issue(holder("ada", "a"), kStart));
    const auto second = office.issue(holder("ada", "a"), kStart + 1s);
    ASSERT_TRUE(second);
    const auto third = office.issue(holder("ada", "a"), kStart + 2s);
    ASSERT_FALSE(third);
    EXPECT_EQ(third.error().code, Code::resource_exhausted);
    EXPECT_EQ(third.error().reason, "TOO_MANY_TICKETS");
    EXPECT_EQ(third.error().retry_after, 28s) << "then the first has ended";
    EXPECT_TRUE(office.issue(holder("bob", "b"), kStart + 2s)) << "callers do not share";
    EXPECT_FALSE(office.issue(holder("eve", "e"), kStart + 2s)) << "all places are taken";
    ASSERT_TRUE(office.redeem(second->text, kStart + 2s));
    EXPECT_TRUE(office.issue(holder("ada", "a"), kStart + 2s)) << "a used one gives its place back";
    EXPECT_TRUE(office.issue(holder("eve", "e"), kStart + 30s)) << "so does one that has ended";
    EXPECT_EQ(office.tickets(), 3U);
}

TEST(TicketOffice, CallersWithoutAKeyAreToldApartByUser) {
    TicketOffice office{{.per_caller = 1}};
    EXPECT_TRUE(office.issue(holder("ada", ""), kStart));
    EXPECT_FALSE(office.issue(holder("ada", ""), kStart));
    EXPECT_TRUE(office.issue(holder("bob", ""), kStart));
}

TEST(TicketOffice, OfManyWhoUseATicketAtOnceOneIsLetIn) {
    TicketOffice office;
    for (int round = 0; round < 50; ++round) {
        const auto ticket = office.issue(holder("ada"), kStart);
        ASSERT_TRUE(ticket);
        std::atomic<int> let_in{0};
        std::vector<std::thread> all;
        for (int i = 0; i < 4; ++i) {
            all.emplace_back([&] {
                if (office.redeem(ticket->text, kStart)) ++let_in;
            });
        }
        for (auto& one : all) one.join();
        EXPECT_EQ(let_in, 1);
    }
}
}  // namespace
}  // namespace rondo::guard
