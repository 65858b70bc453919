#pragma once
#include "base/clock.hpp"
#include "base/money.hpp"
#include "engine/ledger/calendar.hpp"
#include "engine/ledger/subject.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace rondo::ledger {
/// Something about money that a person should hear of.
struct Alert {
    enum class Kind {
        budget_warning,  ///< `amount` of the limit `threshold` is used: the soft limit is passed
        limit_reached,   ///< a limit is used up, or a call did not fit any more
        request_cost,    ///< one call cost `amount`, more than `threshold`
        cache_hit_rate,  ///< `percent` of the input tokens came from the prompt cache, fewer than wanted
        spend_spike,     ///< `amount` was spent within a minute, many times the mean `threshold` of the minutes before
    };
    Kind kind{Kind::budget_warning};
    Subject subject;
    Period period{Period::day};  ///< of budget alerts
    Money amount{}, threshold{};
    double percent{0};           ///< of cache_hit_rate
    std::string decision_id{};   ///< of request_cost, "" when there is none
    WallTime at{};
};

/// "budget_warning", "limit_reached", ...
[[nodiscard]] std::string_view name(Alert::Kind kind) noexcept;
/// One line in English for logs; names the subject, the figures and nothing a user said.
[[nodiscard]] std::string message(const Alert& alert);

/// Where alerts go; the connection is `app`'s. Called on the thread that made the call, without locks held; must be quick.
using AlertSink = std::function<void(const Alert&)>;
}  // namespace rondo::ledger
