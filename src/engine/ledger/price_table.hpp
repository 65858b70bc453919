#pragma once
#include "base/money.hpp"
#include "engine/ledger/usage.hpp"

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace rondo::ledger {
/// What a model costs, each kind per million tokens (so 3.00 a million is exactly 3 micro-units a token).
struct Price {
    Money per_million_input;
    Money per_million_output;
    Money per_million_cache_write;
    Money per_million_cache_read;
    bool operator==(const Price&) const = default;
};

/// The price of `usage`, summed exactly and rounded once, half up, to a whole micro-unit; stops at the largest Money.
/// Counts and prices are >= 0.
[[nodiscard]] Money cost(const Price& price, const Usage& usage);

/// Prices by model name. A model without a price of its own costs the price of "default", so that nothing is free by mistake.
///
/// Pure value; const use is thread-safe. Ships "default" (3.00 / 15.00 / 3.75 / 0.30 USD for input, output, cache write,
/// cache read) and "rehearsal" (the embedded model: 0).
class PriceTable {
public:
    PriceTable();

    /// Sets or replaces the price of `model`; the name "default" changes the price of every model not named.
    void set(std::string_view model, const Price& price);
    [[nodiscard]] const Price& price(std::string_view model) const;
    [[nodiscard]] Money cost(std::string_view model, const Usage& usage) const { return ledger::cost(price(model), usage); }

private:
    std::map<std::string, Price, std::less<>> prices_;
};
}  // namespace rondo::ledger
