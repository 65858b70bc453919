#include "engine/ledger/alert.hpp"

#include "engine/ledger/amount.hpp"

#include <fmt/format.h>

namespace rondo::ledger {
std::string_view name(Alert::Kind kind) noexcept {
    switch (kind) {
        case Alert::Kind::budget_warning: return "budget_warning";
        case Alert::Kind::limit_reached: return "limit_reached";
        case Alert::Kind::request_cost: return "request_cost";
        case Alert::Kind::cache_hit_rate: return "cache_hit_rate";
        case Alert::Kind::spend_spike: return "spend_spike";
    }
    return "unknown";
}

std::string message(const Alert& a) {
    const std::string who = text(a.subject);
    const std::string amount = amount_text(a.amount), threshold = amount_text(a.threshold);
    switch (a.kind) {
        case Alert::Kind::budget_warning: return fmt::format("{} has used {} of {} for the {}", who, amount, threshold, name(a.period));
        case Alert::Kind::limit_reached: return fmt::format("{} has reached the limit of {} for the {}", who, threshold, name(a.period));
        case Alert::Kind::request_cost: return fmt::format("one call of {} cost {}, more than {}", who, amount, threshold);
        case Alert::Kind::cache_hit_rate:
            return fmt::format("{}: {:.0f} % of the input tokens came from the prompt cache; check that prompts begin alike", who,
                               a.percent);
        case Alert::Kind::spend_spike:
            return fmt::format("{} spent {} within a minute; the mean of the minutes before is {}", who, amount, threshold);
    }
    return who;
}
}  // namespace rondo::ledger
