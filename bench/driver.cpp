#include "driver.hpp"

#include "histogram.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace rondo::bench {
namespace {
using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr milliseconds kSilence{10'000};

class Driver {
public:
    Driver(const Script& script, const Load& load, const Hooks& hooks)
        : script_{script}, load_{load}, hooks_{hooks}, epoll_{epoll_create1(EPOLL_CLOEXEC)} {}
    ~Driver() { ::close(epoll_); }
    Driver(const Driver&) = delete;
    Driver& operator=(const Driver&) = delete;

    Status arrive();
    /// Talks until `until`, until the window has its turns, or, when `last`, until nobody waits for an answer any more.
    Status talk(TimePoint until, bool last);
    void count(bool on) { counting_ = on; }
    [[nodiscard]] LoadResult result(Clock::duration window) const;

private:
    [[nodiscard]] bool enough() const { return counting_ && load_.turns > 0 && turns_ >= load_.turns; }
    [[nodiscard]] bool all_idle() const { return std::ranges::all_of(users_, &User::idle); }

    const Script& script_;
    const Load& load_;
    const Hooks& hooks_;
    int epoll_;
    std::vector<User> users_;
    bool counting_{false};
    std::int64_t turns_{0}, text_bytes_{0};
    Histogram ttft_;
};

Status Driver::arrive() {
    users_.reserve(load_.users);
    for (std::size_t number = 0; number < load_.users; ++number) {
        auto user = User::arrive(script_, load_.port, number);
        if (!user) return propagate(user);
        epoll_event event{.events = EPOLLIN, .data = {.u64 = number}};
        if (epoll_ctl(epoll_, EPOLL_CTL_ADD, user->socket(), &event) != 0) return fail(Code::internal, "epoll_ctl failed");
        users_.push_back(std::move(*user));
    }
    return {};
}

Status Driver::talk(TimePoint until, bool last) {
    std::array<epoll_event, 64> events;
    while (!enough() && !(last && all_idle())) {
        const auto left = std::chrono::ceil<milliseconds>(until - Clock::now());
        if (left <= milliseconds{0}) return {};
        const auto patience = std::min(left, kSilence);
        const int ready = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), static_cast<int>(patience.count()));
        if (ready < 0 && errno != EINTR) return fail(Code::internal, "epoll_wait failed");
        if (ready == 0 && patience == kSilence) return fail(Code::deadline_exceeded, "the server has been silent for ten seconds");
        for (int i = 0; i < ready; ++i) {
            const auto spoken = users_[events[static_cast<std::size_t>(i)].data.u64].listen(last);
            if (!spoken) return propagate(spoken);
            if (!*spoken || !counting_) continue;
            ++turns_;
            ttft_.add(std::chrono::round<microseconds>((*spoken)->first));
            text_bytes_ += (*spoken)->text_bytes;
            if (load_.report_every > 0 && turns_ % load_.report_every == 0) hooks_.on_turns(turns_);
        }
    }
    return {};
}

LoadResult Driver::result(Clock::duration window) const {
    return {.turns = turns_,
            .window = std::chrono::round<microseconds>(window),
            .ttft_p50 = ttft_.quantile(0.5),
            .ttft_p99 = ttft_.quantile(0.99),
            .text_bytes = text_bytes_};
}
}  // namespace

Result<LoadResult> drive(const Script& script, const Load& load, const Hooks& hooks) {
    Driver driver{script, load, hooks};
    if (const auto arrived = driver.arrive(); !arrived) return propagate(arrived);
    if (const auto warm = driver.talk(Clock::now() + load.warm_up, false); !warm) return propagate(warm);

    hooks.on_begin();
    const TimePoint begin = Clock::now();
    driver.count(true);
    const auto measured = driver.talk(begin + load.window, false);
    driver.count(false);
    const auto window = Clock::now() - begin;
    if (!measured) return propagate(measured);
    hooks.on_end();

    if (const auto ended = driver.talk(Clock::now() + 2 * kSilence, true); !ended) return propagate(ended);
    return driver.result(window);
}
}  // namespace rondo::bench
