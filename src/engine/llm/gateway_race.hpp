#pragma once
#include "base/async/timer.hpp"
#include "engine/llm/gateway_sink.hpp"
#include "engine/llm/gateway_target.hpp"
#include "engine/llm/meter.hpp"
#include "engine/llm/rescue.hpp"
#include "engine/llm/target.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace rondo::llm {
/// One attempt, or two of which the first to say something goes on, each under its target's three clocks.
///
/// Every attempt is reserved, watched, stopped and settled here; run() returns when all have unwound. Nobody else looks at
/// the clocks: a stream has to show a sign of life within `first_token`, then every `gap`; without streaming `total` is all. A cancellation
/// of the coroutine that awaits run() stops the attempts at once. Lives in that coroutine; one executor.
class Race {
public:
    struct Runner {
        std::size_t candidate;  ///< index into the chain
        const GatewayRoute* route;
        TargetState::Permit permit;
        Rescue rescue;
    };
    /// Asked for once, when the time for a second target has come; nullopt: there is none.
    struct Hedge {
        Clock::duration after{Clock::duration::max()};
        std::function<std::optional<Runner>()> runner{};
    };
    /// How one attempt ended.
    struct End {
        std::size_t candidate;
        Bill bill;
        Rescue rescue{Rescue::restart};
        std::optional<Completion> answer{};  ///< whole: with what was sent before
        ErrorClass error_class{ErrorClass::provider_fault};
        std::optional<std::chrono::milliseconds> retry_after{};
        bool made{true};  ///< false: stopped before the provider was asked; costs nothing
        bool final{false};  ///< an error of the caller's own sink or of the meter: ends the call
        bool hedged{false};
    };

    /// `request`, `sink`, `sent` and `meter` must outlive the race, which ends by `ctx.deadline`.
    Race(const ModelRequest& request, GatewaySink& sink, Sent& sent, Meter* meter, CallContext ctx, asio::any_io_executor executor);
    ~Race();
    Race(const Race&) = delete;
    Race& operator=(const Race&) = delete;

    /// In the order they began; at most one has an answer. Throws what an attempt threw, after all have ended.
    asio::awaitable<std::vector<End>> run(Runner runner, Hedge hedge);
    /// The call must end by then; no later than before.
    void shorten(TimePoint deadline);

private:
    struct Leg;
    enum class Stop { none, first_token, gap, total, deadline, lost, caller };

    void start(Runner runner, bool hedged);
    asio::awaitable<void> attempt(Leg& leg);
    asio::awaitable<Status> deliver(Leg& leg, Delta delta);
    void stop(Leg& leg, Stop why);
    void stop_others(const Leg& leg);
    [[nodiscard]] std::optional<std::pair<TimePoint, Stop>> due(const Leg& leg, TimePoint now) const;
    void watch(TimePoint now);
    [[nodiscard]] TimePoint next_due(TimePoint now) const;
    [[nodiscard]] static Target::Failure stopped_as(const Leg& leg);
    [[nodiscard]] static Error cause(const Leg& leg);
    [[nodiscard]] End settle(Leg& leg);
    [[nodiscard]] const char* judge(Leg& leg, End& end);

    const ModelRequest& request_;
    GatewaySink& sink_;
    Sent& sent_;
    Meter* meter_;  // may be null
    CallContext ctx_;
    asio::any_io_executor executor_;
    Timer wake_;
    Hedge hedge_;
    TimePoint started_{};
    std::vector<std::unique_ptr<Leg>> legs_;
    Leg* winner_{nullptr};
    int running_{0};
};
}  // namespace rondo::llm
