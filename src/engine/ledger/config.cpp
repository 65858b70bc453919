#include "engine/ledger/config.hpp"

#include "engine/ledger/amount.hpp"

#include <fmt/format.h>

#include <optional>
#include <string_view>

namespace rondo::ledger {
namespace {
std::optional<Price> read_price(std::string_view text) {
    std::vector<Money> parts;
    for (;;) {
        const auto slash = text.find('/');
        const auto amount = parse_amount(text.substr(0, slash));
        if (!amount || parts.size() == 4) return std::nullopt;
        parts.push_back(*amount);
        if (slash == std::string_view::npos) break;
        text.remove_prefix(slash + 1);
    }
    if (parts.size() == 2) parts.insert(parts.end(), 2, parts.front());
    if (parts.size() != 4) return std::nullopt;
    return Price{parts[0], parts[1], parts[2], parts[3]};
}

std::optional<Money> limit(double units) {
    if (units <= 0) return std::nullopt;
    return from_units(units);
}
}  // namespace

Result<PriceTable> price_table(std::span<const std::string> lines) {
    PriceTable table;
    std::vector<Fault> faults;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const std::string_view line = lines[i];
        const auto equals = line.rfind('=');
        const auto price = equals == std::string_view::npos || equals == 0 ? std::nullopt : read_price(line.substr(equals + 1));
        if (price) table.set(line.substr(0, equals), *price);
        else
            faults.push_back({fmt::format("/{}", i), fmt::format("\"{}\" is no price; write it as gpt-4o=2.50/10.00 or "
                                                                 "gpt-4o=2.50/10.00/2.50/1.25",
                                                                 line)});
    }
    if (faults.empty()) return table;
    std::string all;
    for (const Fault& fault : faults) all += (all.empty() ? "" : "; ") + fault.message;
    return fail(Error{Code::invalid_argument, std::move(all), std::move(faults)});
}

SpendMonitor::Thresholds Settings::thresholds() const {
    const auto& alerts = config.alerts;
    return {.window = alerts.window,
            .request_cost = from_units(alerts.request_cost),
            .cache_hit_percent = alerts.cache_hit_percent,
            .cache_min_tokens = Tokens{alerts.cache_min_tokens},
            .spike_factor = alerts.spike_factor,
            .spike_floor = from_units(alerts.spike_floor)};
}

Result<Settings> settings_of(const Config& config) {
    auto prices = price_table(config.prices);
    if (!prices) return propagate(prices);
    const auto budget = [&](double day, double month) {
        return Budget{.day = limit(day), .month = limit(month), .warn_percent = config.warn_percent, .shadow = config.shadow};
    };
    return Settings{.config = config,
                    .prices = std::move(*prices),
                    .defaults = {budget(config.tenant_day, config.tenant_month), budget(config.user_day, config.user_month),
                                 budget(config.key_day, config.key_month), budget(config.session_day, config.session_month)}};
}
}  // namespace rondo::ledger
