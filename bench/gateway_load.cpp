#include "gateway_load.hpp"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace rondo::bench {
namespace {
using std::chrono::milliseconds;

constexpr milliseconds kSilence{20'000};
}  // namespace

Result<Upload> Upload::connect(std::uint16_t port, const std::string& request) {
    auto connection = Loopback::connect(port);
    if (!connection) return propagate(connection);
    return Upload{request, std::move(*connection)};
}

Status Upload::go_on(TimePoint now) {
    if (now < due_) return {};
    due_ = now + kEvery;
    if (sent_ < request_->size()) {
        const auto sent = connection_.send_some(std::string_view{*request_}.substr(sent_, kPiece));
        if (!sent) return propagate(sent);
        sent_ += *sent;
    }
    std::array<char, 16'384> bytes;
    const auto size = connection_.receive(bytes.data(), bytes.size());
    if (!size) return propagate(size);
    if (*size == 0) return {};
    if (const auto fed = answer_.feed({bytes.data(), *size}); !fed) return fed;
    if (!answer_.done()) return {};
    if (answer_.status() != 200)
        return fail(Code::internal, fmt::format("the long request was answered {}: {}", answer_.status(), answer_.body().substr(0, 400)));
    ++answers_;
    answer_.reset();
    sent_ = 0;
    return {};
}

Result<GatewayLoad> GatewayLoad::connect(std::uint16_t port, const Question& question, std::size_t callers) {
    if (const auto room = allow_connections(2 * callers); !room) return propagate(room);  // another load may stand beside it
    GatewayLoad load{epoll_create1(EPOLL_CLOEXEC)};
    load.callers_.reserve(callers);
    for (std::size_t number = 0; number < callers; ++number) {
        auto caller = GatewayCaller::connect(port, question);
        if (!caller) return propagate(caller);
        epoll_event event{.events = EPOLLIN, .data = {.u64 = number}};
        if (epoll_ctl(load.epoll_, EPOLL_CTL_ADD, caller->socket(), &event) != 0) return fail(Code::internal, "epoll_ctl failed");
        load.callers_.push_back(std::move(*caller));
    }
    return load;
}

GatewayLoad::GatewayLoad(GatewayLoad&& other) noexcept
    : epoll_{std::exchange(other.epoll_, -1)}, callers_{std::move(other.callers_)}, under_way_{other.under_way_}, heard_{other.heard_} {}

GatewayLoad::~GatewayLoad() {
    if (epoll_ >= 0) ::close(epoll_);
}

Result<Tally> GatewayLoad::ask_for(milliseconds time, Upload* beside) {
    Tally tally;
    const TimePoint begin = heard_ = Clock::now();
    const TimePoint end = begin + time;
    for (auto& caller : callers_) {
        if (const auto asked = ask(caller); !asked) return propagate(asked);
    }
    const auto patience = beside ? Upload::kEvery : kSilence;
    while (under_way_ > 0) {
        const TimePoint now = Clock::now();
        if (beside) {
            if (const auto gone_on = beside->go_on(now); !gone_on) return propagate(gone_on);
        }
        if (const auto heard = listen(patience, now < end ? Then::ask_again : Then::rest, tally); !heard) return propagate(heard);
    }
    tally.elapsed = Clock::now() - begin;
    return tally;
}

Result<Tally> GatewayLoad::ask_once(milliseconds ramp, const std::function<void()>& all_asked) {
    Tally tally;
    const TimePoint begin = heard_ = Clock::now();
    const Clock::duration apart = Clock::duration{ramp} / static_cast<std::int64_t>(std::max<std::size_t>(1, callers_.size()));
    std::size_t asked = 0;
    const auto broken = [&](GatewayCaller& caller) {
        --under_way_;
        caller.give_up(tally);
        epoll_ctl(epoll_, EPOLL_CTL_DEL, caller.socket(), nullptr);
    };
    while (asked < callers_.size() || under_way_ > 0) {
        while (asked < callers_.size() && Clock::now() >= begin + apart * static_cast<std::int64_t>(asked)) {
            if (const auto sent = ask(callers_[asked]); !sent) broken(callers_[asked]);
            if (++asked == callers_.size()) all_asked();
        }
        const auto patience = asked < callers_.size() ? milliseconds{1} : kSilence;
        if (const auto heard = listen(patience, Then::rest, tally, broken); !heard) return propagate(heard);
    }
    tally.elapsed = Clock::now() - begin;
    return tally;
}

Status GatewayLoad::ask(GatewayCaller& caller) {
    ++under_way_;
    return caller.ask();
}

Status GatewayLoad::listen(milliseconds patience, Then then, Tally& tally, const std::function<void(GatewayCaller&)>& broken) {
    std::array<epoll_event, 256> events;
    const int ready = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), static_cast<int>(patience.count()));
    if (ready < 0 && errno != EINTR) return fail(Code::internal, "epoll_wait failed");
    if (ready > 0) {
        heard_ = Clock::now();
    } else if (Clock::now() - heard_ >= kSilence) {
        return fail(Code::deadline_exceeded, "no answer for twenty seconds");
    }
    for (int i = 0; i < ready; ++i) {
        auto& caller = callers_[events[static_cast<std::size_t>(i)].data.u64];
        const auto ended = caller.listen(tally);
        if (!ended && !broken) return propagate(ended);
        if (!ended) broken(caller);
        if (!ended || !*ended) continue;
        --under_way_;
        if (then == Then::rest) continue;
        if (const auto asked = ask(caller); !asked) return asked;
    }
    return {};
}
}  // namespace rondo::bench
