#include "base/async/event_loops.hpp"
#include "base/rng.hpp"
#include "unit/engine/ledger/ledger_fixture.hpp"

#include <atomic>
#include <latch>

namespace rondo::ledger {
namespace {
constexpr int kClients = 64, kLoops = 4;

/// Spends what it gets, a little less than it asks for, until nothing fits any more.
asio::awaitable<void> client(UsageLedger& ledger, std::uint64_t seed, std::atomic<std::int64_t>& spent, std::latch& done) {
    Rng rng{seed};
    for (;;) {
        const auto estimate = static_cast<std::int64_t>(100 + rng.below(900));
        auto got = co_await ledger.reserve(
            {.scope = {TenantId{"acme"}, UserId{"ada"}}, .key = "k", .session = "s" + std::to_string(seed % 8)}, Money{estimate});
        if (!got) {
            if (got.error().exhausted) break;
            continue;  // contended
        }
        const auto cost = static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(estimate) + 1));
        const Usage usage{.input = {}, .output = {cost}, .cache_write = {}, .cache_read = {}};
        if (rng.below(10) > 0) spent += got->settle({.usage = usage, .model = "plain"}).micros;
    }
    done.count_down();
}

TEST_F(LedgerTest, SixtyFourClientsRacingOneBudgetOverspendNothing) {
    config.user_day = 1.0;
    config.tenant_day = 2.0;
    config.key_day = 1.5;
    open();
    EventLoops loops{kLoops, {}, {}};
    ledger = std::make_unique<UsageLedger>(UsageLedger::Options{*db, loops.at(0).get_executor(), {}}, *settings_of(config));
    std::atomic<std::int64_t> spent{0};
    std::latch done{kClients};
    for (int i = 0; i < kClients; ++i)
        asio::co_spawn(loops.at(i % kLoops), client(*ledger, 7 + static_cast<std::uint64_t>(i), spent, done), asio::detached);
    loops.start();
    done.wait();
    ASSERT_TRUE(run(ledger->close()));
    const std::int64_t limit = 1'000'000;
    EXPECT_LE(spent, limit);
    EXPECT_GT(spent, limit - 2'000 * kClients) << "nor is anybody refused what is there";
    EXPECT_EQ(report(user("ada")).used.micros, spent);
    EXPECT_EQ(report(user("ada")).held.micros, 0);
    EXPECT_EQ(report({SubjectKind::tenant, TenantId{"acme"}, {}}).used.micros, spent);
    EXPECT_EQ(usage_by(GroupBy::day).total.cost.micros, spent) << "sum of settled = sum of usage";
    loops.stop();
    ledger.reset();
}
}  // namespace
}  // namespace rondo::ledger
