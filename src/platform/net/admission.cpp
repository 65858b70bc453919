#include "platform/net/admission.hpp"

#include <algorithm>

namespace rondo::net {
namespace {
constexpr Clock::duration kUnseen = Clock::duration::max();
constexpr double kSteepest = 0.5;  // of the requests under way, kept in one step
constexpr double kGentlest = 0.95;
constexpr double kGrowth = 0.2;  // of the limit, in an interval without any delay
}  // namespace

Admission::Admission(Config config, std::size_t loops) : config_{config}, least_(loops, kUnseen) {}

std::optional<Admission::Place> Admission::admit(Priority priority, TimePoint now) {
    if (priority == Priority::vital || !config_.enabled) return Place{};
    if (priority == Priority::ongoing) {
        const bool known = now.time_since_epoch().count() - stepped_.load(std::memory_order_relaxed) < Clock::duration{kCalm}.count();
        if (!known || !flooded_.load(std::memory_order_relaxed)) return Place{};
        refused_ongoing_.fetch_add(1, std::memory_order_relaxed);
        return std::nullopt;
    }
    const int count = in_flight_.fetch_add(1, std::memory_order_relaxed) + 1;
    int peak = peak_.load(std::memory_order_relaxed);
    while (count > peak && !peak_.compare_exchange_weak(peak, count, std::memory_order_relaxed)) {}
    if (count <= limit_.load(std::memory_order_relaxed)) return std::optional<Place>{std::in_place, *this};
    in_flight_.fetch_sub(1, std::memory_order_relaxed);
    refused_fresh_.fetch_add(1, std::memory_order_relaxed);
    return std::nullopt;
}

bool Admission::refuses(Priority priority) {
    if (priority != Priority::fresh || !config_.enabled) return false;
    if (in_flight_.load(std::memory_order_relaxed) < limit_.load(std::memory_order_relaxed)) return false;
    refused_fresh_.fetch_add(1, std::memory_order_relaxed);
    return true;
}

void Admission::observe(std::size_t loop, Clock::duration delay, TimePoint now) {
    const std::scoped_lock lock{mutex_};
    if (now - delay >= interval_ends_ + config_.interval) {  // the first look after a silence: what was before says nothing
        std::ranges::fill(least_, kUnseen);
        interval_ends_ = now + config_.interval;
        lift(now);
    }
    least_[loop] = std::min(least_[loop], delay);
    const bool sudden = limit_.load(std::memory_order_relaxed) == kNoLimit && delay >= kSuddenFactor * Clock::duration{config_.target};
    if (now >= interval_ends_ || sudden) step(sudden ? delay : Clock::duration::zero(), now);
}

/// The end of an interval.
void Admission::step(Clock::duration at_least, TimePoint now) {
    Clock::duration standing = at_least;
    for (auto& least : least_) {
        if (least != kUnseen) standing = std::max(standing, least);
        least = kUnseen;
    }
    interval_ends_ = now + config_.interval;
    standing_.store(standing.count(), std::memory_order_relaxed);
    stepped_.store(now.time_since_epoch().count(), std::memory_order_relaxed);
    flooded_.store(standing >= kOngoingFactor * Clock::duration{config_.target}, std::memory_order_relaxed);
    const auto refused = refused_fresh_.load(std::memory_order_relaxed);
    const bool bound = std::exchange(refused_before_, refused) != refused;
    if (bound) calm_since_ = now;

    const int limit = limit_.load(std::memory_order_relaxed);
    const int peak = peak_.exchange(in_flight_.load(std::memory_order_relaxed), std::memory_order_relaxed);
    const double load = static_cast<double>(standing.count()) / static_cast<double>(Clock::duration{config_.target}.count());
    if (load > 1) {
        const double kept = std::min(limit, peak) * std::clamp(1 / load, kSteepest, kGentlest);
        limit_.store(std::max(config_.min_in_flight, static_cast<int>(kept)), std::memory_order_relaxed);
        calm_since_ = now;
    } else if (limit != kNoLimit && now - calm_since_ >= kCalm) {
        limit_.store(kNoLimit, std::memory_order_relaxed);
    } else if (limit != kNoLimit && bound) {
        limit_.store(limit + 1 + static_cast<int>(limit * kGrowth * (1 - load)), std::memory_order_relaxed);
    }
}

void Admission::lift(TimePoint now) {
    limit_.store(kNoLimit, std::memory_order_relaxed);
    flooded_.store(false, std::memory_order_relaxed);
    standing_.store(0, std::memory_order_relaxed);
    peak_.store(in_flight_.load(std::memory_order_relaxed), std::memory_order_relaxed);
    refused_before_ = refused_fresh_.load(std::memory_order_relaxed);
    calm_since_ = now;
}

Admission::Stats Admission::stats() const {
    const int limit = limit_.load(std::memory_order_relaxed);
    return {.in_flight = in_flight_.load(std::memory_order_relaxed),
            .limit = limit == kNoLimit ? 0 : limit,
            .refused_fresh = refused_fresh_.load(std::memory_order_relaxed),
            .refused_ongoing = refused_ongoing_.load(std::memory_order_relaxed),
            .standing_delay = Clock::duration{standing_.load(std::memory_order_relaxed)}};
}
}  // namespace rondo::net
