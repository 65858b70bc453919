#include "base/clock.hpp"

#include <fmt/chrono.h>

#include <atomic>

namespace rondo {
namespace {
class SystemSource final : public Clock::Source {
public:
    TimePoint now() override { return TimePoint{std::chrono::steady_clock::now().time_since_epoch()}; }
    WallTime wall() override { return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()); }
};

SystemSource system_source;
std::atomic<Clock::Source*> current{&system_source};
}  // namespace

TimePoint Clock::now() noexcept { return current.load(std::memory_order_relaxed)->now(); }
WallTime Clock::wall() noexcept { return current.load(std::memory_order_relaxed)->wall(); }
Clock::Source* Clock::install(Source* source) noexcept { return current.exchange(source ? source : &system_source); }

std::string iso8601(WallTime time) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(time - seconds).count();
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)), millis);
}
}  // namespace rondo
