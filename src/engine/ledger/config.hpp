#pragma once
#include "base/describe.hpp"
#include "base/result.hpp"
#include "engine/ledger/budget.hpp"
#include "engine/ledger/price_table.hpp"
#include "engine/ledger/spend_monitor.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace rondo::ledger {
/// What may be spent, what models cost, and when to tell somebody. Amounts are in currency units; a limit of 0 is none.
struct Config {
    double user_day{100.0}, user_month{0};
    double tenant_day{0}, tenant_month{0};
    double key_day{0}, key_month{0};
    double session_day{0}, session_month{0};
    int warn_percent{80};
    bool shadow{false};
    std::vector<std::string> prices{};  ///< read by price_table()

    int slice_percent{1};
    std::chrono::seconds idle_close{10};
    std::int64_t max_accounts{100'000};
    std::int64_t max_unsaved{65'536};
    std::chrono::milliseconds flush_interval{50};
    std::int64_t keep_days{400};

    struct Alerts {
        std::chrono::seconds window{3600};
        double request_cost{1.0};
        int cache_hit_percent{50};
        std::int64_t cache_min_tokens{100'000};
        int spike_factor{5};
        double spike_floor{1.0};
    };
    Alerts alerts{};
};

/// The shipped prices with `lines` in place of or beside them. A line is `MODEL=INPUT/OUTPUT` or `MODEL=INPUT/OUTPUT/WRITE/READ`: the
/// price of a million tokens each of input, output, prompt cache written and read; without the last two they cost what input does.
/// Errors: `invalid_argument` with a fault for each line that cannot be read.
[[nodiscard]] Result<PriceTable> price_table(std::span<const std::string> lines);

/// A Config ready for use. A value.
struct Settings {
    Config config;
    PriceTable prices;
    std::array<Budget, 4> defaults;  ///< of each SubjectKind

    [[nodiscard]] const Budget& budget(SubjectKind kind) const { return defaults[static_cast<std::size_t>(kind)]; }
    [[nodiscard]] SpendMonitor::Thresholds thresholds() const;
};
/// Errors: those of price_table().
[[nodiscard]] Result<Settings> settings_of(const Config& config);

template <class Visitor>
void describe(Visitor& v, Config::Alerts& c) {
    using namespace std::chrono_literals;
    v.field("window_s", c.window, Reload::live, "Each alert is told once in this time.", in(60s, 86'400s));
    v.field("request_cost", c.request_cost, Reload::live, "One call that costs more is told; 0: never.", in(0.0, 1e6));
    v.field("cache_hit_percent", c.cache_hit_percent, Reload::live,
            "Fewer input tokens than this share from the provider's prompt cache are told; 0: never.", in(0, 100));
    v.field("cache_min_tokens", c.cache_min_tokens, Reload::live, "Input tokens in the window before the cache's share is judged.",
            in(std::int64_t{1}, std::int64_t{1'000'000'000'000}));
    v.field("spike_factor", c.spike_factor, Reload::live,
            "A minute that costs more than this many times the mean of the half hour before is told; 0: never.", in(0, 1'000));
    v.field("spike_floor", c.spike_floor, Reload::live, "A minute that costs less is no spike.", in(0.0, 1e6));
}

template <class Visitor>
void describe(Visitor& v, Config& c) {
    using namespace std::chrono_literals;
    const auto amount = [&](const char* name, double& value, const char* help) { v.field(name, value, Reload::live, help, in(0.0, 1e9)); };
    amount("user_day", c.user_day, "What each user may spend in a day (UTC); 0: no limit.");
    amount("user_month", c.user_month, "What each user may spend in a month (UTC); 0: no limit.");
    amount("tenant_day", c.tenant_day, "What each tenant may spend in a day; 0: no limit.");
    amount("tenant_month", c.tenant_month, "What each tenant may spend in a month; 0: no limit.");
    amount("key_day", c.key_day, "What may be spent with each API key in a day; 0: no limit.");
    amount("key_month", c.key_month, "What may be spent with each API key in a month; 0: no limit.");
    amount("session_day", c.session_day, "What each session may cost in a day; 0: no limit.");
    amount("session_month", c.session_month, "What each session may cost in a month; 0: no limit.");
    v.field("warn_percent", c.warn_percent, Reload::live, "Share of a limit from which on a warning is told.", in(1, 100));
    v.field("shadow", c.shadow, Reload::live, "Limits count and are told, but never refuse a call.");
    v.field("prices", c.prices, Reload::live,
            "Prices of a million tokens, each MODEL=INPUT/OUTPUT or MODEL=INPUT/OUTPUT/CACHE_WRITE/CACHE_READ; "
            "the model \"default\" stands for every other.");
    v.field("slice_percent", c.slice_percent, Reload::live,
            "Share of a limit that is written down ahead of its use; after a crash so much at most counts as spent.", in(1, 100));
    v.field("idle_close_s", c.idle_close, Reload::live, "Quiet time after which what a subject did not use is given back.", in(1s, 3'600s));
    v.field("max_accounts", c.max_accounts, Reload::live, "Subjects with limits counted at the same time; beyond, calls are refused.",
            in(std::int64_t{16}, std::int64_t{10'000'000}));
    v.field("max_unsaved", c.max_unsaved, Reload::live, "Settled calls that may wait for the disk; beyond, calls are refused.",
            in(std::int64_t{16}, std::int64_t{10'000'000}));
    v.field("flush_interval_ms", c.flush_interval, Reload::live,
            "Longest time a settled call waits for others before they are written together; nobody waits for it.", in(0ms, 1'000ms));
    v.field("keep_days", c.keep_days, Reload::live, "Days that usage is kept for reports.", in(std::int64_t{62}, std::int64_t{3'660}));
    v.section("alerts", c.alerts);
    if (const auto table = price_table(c.prices); !table) v.rule(false, "prices", table.error().message);
}
}  // namespace rondo::ledger
