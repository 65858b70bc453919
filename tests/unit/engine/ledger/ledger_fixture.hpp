#pragma once
#include "engine/ledger/repository.hpp"
#include "engine/ledger/schema.hpp"
#include "engine/ledger/usage_ledger.hpp"
#include "engine/ledger/usage_report.hpp"
#include "unit/platform/store/store_fixture.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace rondo::ledger {
/// A ledger on a database of its own; time stands still until told to move. An output token of the model "plain" costs one micro-unit.
class LedgerTest : public store::StoreTest {
protected:
    LedgerTest() {
        options.migrations = {migration(1)};
        options.projections = {&projection};
        config.prices = {"plain=0/1", "dear=1/2/3/4"};
        config.flush_interval = std::chrono::milliseconds{0};
    }
    ~LedgerTest() override { drop(); }

    void start() {
        open();
        const auto settings = settings_of(config);
        ASSERT_TRUE(settings);
        ledger = std::make_unique<UsageLedger>(
            UsageLedger::Options{*db, io.get_executor(), [this](const Alert& alert) { alerts.push_back(alert); }}, *settings);
        const Status opened = run(ledger->open());
        ASSERT_TRUE(opened) << opened.error().message;
    }
    /// In order: everything is written and given back.
    void restart() {
        const Status closed = run(ledger->close());
        ASSERT_TRUE(closed) << closed.error().message;
        drop();
        start();
    }
    /// What the disk does not have yet is lost.
    void crash() {
        faults.arm(
            {.call = store::FaultPlan::Call::write, .effect = store::FaultPlan::Effect::io_error, .times = store::FaultPlan::kForever});
        settle();
        drop();
        faults.clear();
        start();
    }
    void run_tend() {
        asio::co_spawn(io, ledger->tend(), asio::detached);
        settle();
    }
    void drop() {
        settle();
        ledger.reset();
        db.reset();
    }

    UsageLedger::Reserved reserve(const Spender& spender, std::int64_t micros) { return run(ledger->reserve(spender, Money{micros})); }
    BudgetReport report(const Subject& subject, Period period = Period::day) {
        const auto both = run(ledger->report(subject));
        EXPECT_TRUE(both) << both.error().message;
        return both ? (*both)[static_cast<std::size_t>(period)] : BudgetReport{};
    }
    /// Everything that was ever settled, as the tables have it.
    UsagePage usage_by(GroupBy by, UsageQuery query = {}) {
        query.tenant = TenantId{"acme"};
        query.by = by;
        if (query.last_day == 0) query.last_day = 1'000'000;
        settle();
        EXPECT_TRUE(run(db->projected(db->stats().last_seq)));
        auto page = run(db->read([&](store::Reader& reader) { return usage(reader, query); }));
        EXPECT_TRUE(page) << page.error().message;
        return page ? std::move(*page) : UsagePage{};
    }
    std::size_t told(Alert::Kind kind) const {
        return static_cast<std::size_t>(std::ranges::count_if(alerts, [&](const Alert& alert) { return alert.kind == kind; }));
    }

    static Spender ada(std::string session = {}) { return {.scope = {TenantId{"acme"}, UserId{"ada"}}, .session = std::move(session)}; }
    static Subject user(const char* name) { return {SubjectKind::user, TenantId{"acme"}, name}; }
    /// A call that costs so many micro-units.
    static Call costing(std::int64_t micros) { return {.usage = output(micros), .model = "plain"}; }
    static Usage output(std::int64_t tokens) { return {.input = {}, .output = {tokens}, .cache_write = {}, .cache_read = {}}; }
    static Usage input(std::int64_t tokens) { return {.input = {tokens}, .output = {}, .cache_write = {}, .cache_read = {}}; }

    ManualClock clock;
    Config config;
    UsageProjection projection;
    std::vector<Alert> alerts;
    std::unique_ptr<UsageLedger> ledger;
};
}  // namespace rondo::ledger
