#pragma once
#include "app/app.hpp"
#include "base/clock.hpp"

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <stdexcept>

namespace rondo::support {
/// Listens to a server's configuration as a part of it would, and lets the test wait. Must go before the server does.
class Generations {
public:
    explicit Generations(app::App& app)
        : seen_{app.configuration().current()->generation}, subscription_{app.configuration().subscribe([this](const auto& pin) {
              const std::scoped_lock lock{mutex_};
              seen_ = pin->generation;
              told_at_ = Clock::now();
              told_.notify_all();
          })} {}

    /// Waits until that generation was published; returns when this was heard. Throws after a minute.
    TimePoint wait_for(std::uint64_t generation) {
        std::unique_lock lock{mutex_};
        if (!told_.wait_for(lock, std::chrono::minutes{1}, [&] { return seen_ >= generation; })) {
            throw std::runtime_error{"no such generation was published for a minute"};
        }
        return told_at_;
    }
    [[nodiscard]] std::uint64_t latest() {
        const std::scoped_lock lock{mutex_};
        return seen_;
    }

private:
    std::mutex mutex_;
    std::condition_variable told_;
    std::uint64_t seen_;
    TimePoint told_at_{};
    app::LiveGeneration::Subscription subscription_;
};
}  // namespace rondo::support
