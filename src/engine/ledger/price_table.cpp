#include "engine/ledger/price_table.hpp"

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <limits>

namespace rondo::ledger {
namespace {
constexpr std::string_view kDefault = "default";
constexpr std::int64_t kPerMillion = 1'000'000;

/// Millionths of a micro-unit; 128 bits hold the product of any two 64-bit counts, four times over.
__int128 exact(Tokens tokens, Money per_million) {
    assert(tokens.count >= 0 && per_million.micros >= 0);
    return static_cast<__int128>(tokens.count) * per_million.micros;
}
}  // namespace

Money cost(const Price& price, const Usage& usage) {
    // Dividing before adding keeps four maximal products inside 128 bits; the remainders are added up on their own.
    const __int128 parts[] = {exact(usage.input, price.per_million_input), exact(usage.output, price.per_million_output),
                              exact(usage.cache_write, price.per_million_cache_write),
                              exact(usage.cache_read, price.per_million_cache_read)};
    __int128 whole = 0;
    std::int64_t rest = kPerMillion / 2;
    for (const __int128 part : parts) {
        whole += part / kPerMillion;
        rest += static_cast<std::int64_t>(part % kPerMillion);
    }
    whole += rest / kPerMillion;
    return Money{static_cast<std::int64_t>(std::min<__int128>(whole, std::numeric_limits<std::int64_t>::max()))};
}

PriceTable::PriceTable() {
    set(kDefault, {.per_million_input = Money{3'000'000},
                   .per_million_output = Money{15'000'000},
                   .per_million_cache_write = Money{3'750'000},
                   .per_million_cache_read = Money{300'000}});
    set("rehearsal", {});
}

void PriceTable::set(std::string_view model, const Price& price) { prices_.insert_or_assign(std::string{model}, price); }

const Price& PriceTable::price(std::string_view model) const {
    const auto own = prices_.find(model);
    return own != prices_.end() ? own->second : prices_.find(kDefault)->second;
}
}  // namespace rondo::ledger
