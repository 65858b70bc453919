#pragma once
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/trace.hpp"

#include <algorithm>
#include <string>

namespace rondo {
/// What a call carries down: until when, for whom, inside which trace. Passed by value, last.
///
/// A deadline is a point in time, only ever shortened on the way down. Cancellation travels beside it in the coroutine's own
/// cancellation state (Asio): whoever spawns a coroutine binds the slot, whoever awaits sees `Code::cancelled`.
struct CallContext {
    TimePoint deadline{TimePoint::max()};
    Scope scope;              ///< who calls
    std::string key{};        ///< id of the API key it came with; "": none
    std::string budget{};     ///< the user whose budget pays; "": the caller's own
    Reach reach{Reach::own};  ///< whose data of the tenant the call may touch
    TraceContext trace;

    [[nodiscard]] TimePoint now() const { return Clock::now(); }
    [[nodiscard]] Clock::duration left() const { return deadline - now(); }

    /// Data of this tenant and user may be touched. What may not is told as absent, not as forbidden.
    [[nodiscard]] bool reaches(const Scope& owner) const {
        return owner.tenant == scope.tenant && (reach == Reach::tenant || owner.user == scope.user);
    }

    /// The same call with at most `budget` from now.
    [[nodiscard]] CallContext within(Clock::duration budget) const {
        CallContext shorter = *this;
        const auto now = Clock::now();
        if (deadline - now > budget) shorter.deadline = now + budget;  // no overflow: budget < deadline - now
        return shorter;
    }
    /// The same call with one `parts`-th of the time left.
    [[nodiscard]] CallContext share(int parts) const { return deadline == TimePoint::max() ? *this : within(left() / parts); }
    /// The same call as seen from inside another span.
    [[nodiscard]] CallContext in_span(const TraceContext& span) const {
        CallContext inner = *this;
        inner.trace = span;
        return inner;
    }
};
}  // namespace rondo
