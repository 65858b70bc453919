#include "engine/llm/gateway_race.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace rondo::llm {
struct Race::Leg {
    Leg(Runner runner_of, const Sent& sent, bool is_hedge)
        : runner{std::move(runner_of)}, clocks{runner.route->target->clocks()}, splice{runner.rescue, sent}, hedged{is_hedge} {}

    Runner runner;
    Clocks clocks;
    Splice splice;
    bool hedged;
    asio::cancellation_signal cancel;
    std::unique_ptr<Meter::Hold> hold;
    ModelRequest rescuing;  // the request of a rescue
    TimePoint started{}, last{};
    Clock::duration first_token{0}, reader{0}, took{0};  // reader: spent in the caller's sink
    bool asked{false};                                   // the provider
    bool alive{false};                                   // a sign of life came: a delta, an empty one too
    bool spoke{false}, introduced{false}, in_sink{false}, ended{false};
    Stop stopped{Stop::none};
    std::optional<Error> own_error;  // the sink's or the meter's
    std::optional<Target::Outcome> outcome;
    std::exception_ptr thrown;
};

Race::Race(const ModelRequest& request, GatewaySink& sink, Sent& sent, Meter* meter, CallContext ctx, asio::any_io_executor executor)
    : request_{request}, sink_{sink}, sent_{sent}, meter_{meter}, ctx_{std::move(ctx)}, executor_{std::move(executor)}, wake_{executor_} {}

Race::~Race() = default;

asio::awaitable<std::vector<Race::End>> Race::run(Runner runner, Hedge hedge, Before before) {
    co_await asio::this_coro::throw_if_cancelled(false);
    started_ = Clock::now();
    hedge_ = std::move(hedge);
    before_ = before;
    start(std::move(runner), false);
    constexpr auto kNone = asio::cancellation_type::none;
    auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != kNone) stop(*legs_.front(), Stop::caller);
    while (running_ > 0) {
        wake_.expires_at(next_due(Clock::now()));
        boost::system::error_code ec;
        co_await wake_.async_wait(asio::redirect_error(asio::use_awaitable, ec));  // an attempt that ends cuts it short
        if (running_ == 0) break;
        state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != kNone) {
            for (const auto& leg : legs_) stop(*leg, Stop::caller);
            hedge_.runner = nullptr;
        }
        watch(Clock::now());
    }
    std::vector<End> ends;
    std::exception_ptr thrown;
    for (const auto& leg : legs_) {
        if (leg->thrown) thrown = leg->thrown;
        else ends.push_back(settle(*leg));
    }
    if (thrown) std::rethrow_exception(thrown);
    co_return ends;
}

void Race::shorten(TimePoint deadline) {
    ctx_.deadline = std::min(ctx_.deadline, deadline);
    wake_.cancel();
}

void Race::start(Runner runner, bool hedged) {
    Leg& leg = *legs_.emplace_back(std::make_unique<Leg>(std::move(runner), sent_, hedged));
    leg.started = leg.last = Clock::now();
    ++running_;
    asio::co_spawn(executor_, attempt(leg), asio::bind_cancellation_slot(leg.cancel.slot(), [this, &leg](std::exception_ptr thrown) {
                       leg.thrown = std::move(thrown);
                       leg.took = Clock::now() - leg.started;
                       leg.ended = true;
                       --running_;
                       wake_.cancel();
                   }));
}

asio::awaitable<void> Race::attempt(Leg& leg) {
    co_await asio::this_coro::throw_if_cancelled(false);
    Target& target = *leg.runner.route->target;
    if (meter_) {
        auto hold = co_await meter_->reserve(request_, target, ctx_);
        if (!hold) {
            leg.own_error = std::move(hold.error());
            co_return;
        }
        leg.hold = std::move(*hold);
    }
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) co_return;
    const bool rescues = leg.runner.rescue == Rescue::prefill || leg.runner.rescue == Rescue::skip;
    if (rescues) leg.rescuing = leg.splice.request(request_);
    DeltaSink sink;
    if (sink_.streams()) sink = [this, &leg](Delta delta) { return deliver(leg, std::move(delta)); };
    leg.asked = true;
    leg.outcome = co_await target.attempt(rescues ? leg.rescuing : request_, sink, ctx_);
}

asio::awaitable<Status> Race::deliver(Leg& leg, Delta delta) {
    leg.last = Clock::now();
    leg.alive = true;
    if (delta.text.empty() && !delta.tool_call) co_return Status{};
    if (!std::exchange(leg.spoke, true)) {
        leg.first_token = leg.last - leg.started;
        leg.runner.route->state->first_token(leg.first_token);
    }
    if (winner_ && winner_ != &leg) co_return fail(Code::cancelled, "another attempt began sooner");
    if (!std::exchange(winner_, &leg)) stop_others(leg);
    auto piece = leg.splice.feed(std::move(delta));
    if (leg.splice.diverged()) co_return fail(Code::aborted, "the new answer differs from what was sent");
    if (!piece) co_return Status{};
    if (!std::exchange(leg.introduced, true)) piece->origin = origin(leg);
    sent_.text += piece->text;
    sent_.tool_calls = sent_.tool_calls || piece->tool_call;
    leg.in_sink = true;
    auto status = co_await sink_.put(std::move(*piece));
    leg.in_sink = false;
    const auto before = std::exchange(leg.last, Clock::now());
    leg.reader += leg.last - before;
    if (!status && !leg.own_error && leg.stopped == Stop::none) leg.own_error = status.error();
    co_return status;
}

std::shared_ptr<const Origin> Race::origin(const Leg& leg) const {
    const auto asked = static_cast<std::size_t>(std::ranges::count_if(legs_, [](const auto& each) { return each->asked; }));
    return std::make_shared<const Origin>(Origin{
        .route = leg.runner.route->state->id(), .attempts = before_.attempts + asked, .waited = before_.waited + (leg.last - leg.started)});
}

void Race::stop(Leg& leg, Stop why) {
    if (leg.ended || leg.stopped != Stop::none) return;
    leg.stopped = why;
    if (leg.in_sink) sink_.interrupt();
    leg.cancel.emit(asio::cancellation_type::terminal);
}

void Race::stop_others(const Leg& leg) {
    hedge_.runner = nullptr;
    for (const auto& other : legs_) {
        if (other.get() != &leg) stop(*other, Stop::lost);
    }
}

std::optional<std::pair<TimePoint, Race::Stop>> Race::due(const Leg& leg, TimePoint now) const {
    if (leg.ended || leg.stopped != Stop::none) return std::nullopt;
    // Nothing here overflows: durations are bounded by the configuration.
    std::pair soonest{ctx_.deadline, Stop::deadline};
    const auto sooner = [&](TimePoint at, Stop why) {
        if (at < soonest.first) soonest = {at, why};
    };
    const auto reading = leg.in_sink ? now - leg.last : Clock::duration{0};
    sooner(leg.started + leg.reader + reading + leg.clocks.total, Stop::total);
    if (sink_.streams() && leg.alive) sooner((leg.in_sink ? now : leg.last) + leg.clocks.gap, Stop::gap);
    if (sink_.streams() && !leg.alive) sooner(leg.started + leg.clocks.first_token, Stop::first_token);
    return soonest;
}

void Race::watch(TimePoint now) {
    for (const auto& leg : legs_) {
        if (const auto next = due(*leg, now); next && next->first <= now) stop(*leg, next->second);
    }
    if (!hedge_.runner || now - started_ < hedge_.after || running_ == 0) return;
    const auto ask = std::exchange(hedge_.runner, nullptr);
    if (auto runner = ask()) start(std::move(*runner), true);
}

TimePoint Race::next_due(TimePoint now) const {
    TimePoint soonest = TimePoint::max();
    for (const auto& leg : legs_) {
        if (const auto next = due(*leg, now)) soonest = std::min(soonest, next->first);
    }
    if (hedge_.runner && hedge_.after < TimePoint::max() - started_) soonest = std::min(soonest, started_ + hedge_.after);
    return soonest;
}

/// Why we stopped an attempt, as its error.
Error Race::cause(const Leg& leg) {
    const auto timeout = [](const char* what, Clock::duration waited) {
        const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(waited).count();
        return provider_error(ErrorClass::timeout, fmt::format("the provider {} {} ms; try again or another target", what, ms));
    };
    switch (leg.stopped) {
        case Stop::first_token: return timeout("said nothing at all for", leg.clocks.first_token);
        case Stop::gap: return timeout("said nothing more for", leg.clocks.gap);
        case Stop::total: return timeout("gave no whole answer within", leg.clocks.total);
        case Stop::deadline: return provider_error(ErrorClass::timeout, "no whole answer before the call's deadline; allow more time");
        case Stop::lost: return provider_error(ErrorClass::cancelled, "another attempt began sooner");
        case Stop::none:
        case Stop::caller: break;
    }
    return provider_error(ErrorClass::cancelled, "caller gave up");
}

Target::Failure Race::stopped_as(const Leg& leg) {
    auto error = cause(leg);
    const auto error_class = error.code == Code::cancelled ? ErrorClass::cancelled : ErrorClass::timeout;
    return {.error = std::move(error), .error_class = error_class};
}

Race::End Race::settle(Leg& leg) {
    End end{.candidate = leg.runner.candidate,
            .bill = {.attempt = {.target = leg.runner.route->state->id(), .first_token = leg.first_token, .took = leg.took},
                     .model = std::string{leg.runner.route->target->billed_as(request_)}},
            .rescue = leg.runner.rescue,
            .made = leg.asked,
            .hedged = leg.hedged};
    if (!leg.asked) {  // the meter refused, or we were stopped before the provider was asked: the hold gives all back
        leg.hold.reset();
        end.error_class = ErrorClass::cancelled;
        end.bill.attempt.error = leg.own_error ? std::move(*leg.own_error) : cause(leg);
        end.final = leg.own_error.has_value();
        return end;
    }
    Target::Outcome& outcome = *leg.outcome;
    // The target keeps to the call's deadline too and may have been the first to notice.
    const bool late = !outcome && outcome.error().error_class == ErrorClass::timeout && leg.started + leg.took >= ctx_.deadline;
    if (late && leg.stopped == Stop::none) leg.stopped = Stop::deadline;
    Bill& bill = end.bill;
    const bool whole = outcome && !outcome->finish_reason.empty();
    if (outcome) {
        bill.attempt.usage = outcome->usage;
        bill.usage_estimated = outcome->usage_estimated;
    } else {
        bill.attempt.usage = outcome.error().usage;
        bill.usage_estimated = outcome.error().usage_estimated;
    }
    if (whole && !winner_) winner_ = &leg;
    const char* result = "ok";
    if (whole && winner_ == &leg && leg.splice.complete() && leg.stopped != Stop::caller) {
        leg.runner.permit.succeeded();
        outcome->text = leg.splice.whole(std::move(outcome->text));
        end.answer = std::move(*outcome);
    } else {
        result = judge(leg, end);
    }
    leg.runner.route->state->metrics().attempt(result);
    if (leg.hold) leg.hold->settle(bill);
    leg.hold.reset();
    return end;
}

/// Who is to blame for an attempt that gave no whole answer; what the breaker learns of it. The result for the metrics.
const char* Race::judge(Leg& leg, End& end) {
    Target::Failure failure;
    const char* result = nullptr;
    const bool differs = leg.splice.diverged() || (*leg.outcome && !leg.splice.complete());
    if (leg.own_error) {
        failure = {.error = *leg.own_error, .error_class = ErrorClass::cancelled};
        end.final = true;
    } else if (leg.stopped != Stop::none) {
        failure = stopped_as(leg);
    } else if (differs) {
        failure = {.error = provider_error(ErrorClass::provider_fault, "the answer broke off, and a new one differs from what was sent"),
                   .error_class = ErrorClass::provider_fault};
        result = "diverged";
    } else if (*leg.outcome && winner_ && winner_ != &leg) {  // both ended at once
        leg.stopped = Stop::lost;
        failure = stopped_as(leg);
    } else if (*leg.outcome) {
        failure = {.error = provider_error(ErrorClass::provider_fault, "the answer ended without saying that it is whole"),
                   .error_class = ErrorClass::provider_fault};
    } else {
        failure = std::move(leg.outcome->error());
    }
    const bool lost = failure.error_class == ErrorClass::cancelled && winner_ && winner_ != &leg && leg.stopped != Stop::caller;
    if (lost) {
        result = "lost";
        if (!leg.spoke) leg.runner.route->state->first_token(leg.took);  // it took at least so long
    }
    // A deadline that cuts a stream that was flowing says nothing about the target.
    const bool healthy = differs || (leg.stopped == Stop::deadline && leg.spoke);
    if (counts_as_failure(failure.error_class) && !healthy) leg.runner.permit.failed();
    end.bill.failed = end.error_class = failure.error_class;
    end.retry_after = failure.retry_after;
    end.bill.attempt.error = std::move(failure.error);
    return result ? result : llm::name(failure.error_class);
}
}  // namespace rondo::llm
