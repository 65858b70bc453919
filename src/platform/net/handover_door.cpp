#include "platform/net/handover_door.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace rondo::net {
namespace {
constexpr std::chrono::seconds kManners{5};  // for a process that knocked to say what it wants

/// The protocol's number at the front of `take`; 0 when there is none.
int protocol_of(std::string_view text) {
    int number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}
}  // namespace

Result<std::unique_ptr<HandoverDoor>> HandoverDoor::open(Options options) {
    auto address = HandoverAddress::in(options.folder);
    if (!address) return propagate(address);
    auto listening = address->listen();
    if (!listening) return propagate(listening);
    Descriptor wake{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    if (!wake) return fail(Code::unavailable, "no descriptor is left for the hand-over; raise the limit (ulimit -n)");
    return std::unique_ptr<HandoverDoor>{new HandoverDoor{std::move(options), std::move(*address), std::move(*listening), std::move(wake)}};
}

HandoverDoor::HandoverDoor(Options options, HandoverAddress address, Descriptor listening, Descriptor wake)
    : options_{std::move(options)}, address_{std::move(address)}, listening_{std::move(listening)}, wake_{std::move(wake)} {
    thread_ = std::thread{[this] { run(); }};
}

HandoverDoor::~HandoverDoor() {
    {
        const std::scoped_lock lock{mutex_};
        stop_ = true;
        if (!serving_) address_.remove();
    }
    wake();
    thread_.join();
}

void HandoverDoor::give(Travelling connection) {
    {
        const std::scoped_lock lock{mutex_};
        given_.connections.push_back(std::move(connection));
    }
    wake();
}

void HandoverDoor::tell(std::string progress) {
    {
        const std::scoped_lock lock{mutex_};
        progress_ = std::move(progress);
    }
    wake();
}

std::size_t HandoverDoor::given() const {
    const std::scoped_lock lock{mutex_};
    return given_.connections.size();
}

pid_t HandoverDoor::follower() const {
    const std::scoped_lock lock{mutex_};
    return follower_;
}

bool HandoverDoor::release() {
    std::unique_lock lock{mutex_};
    released_ = true;
    wake();
    changed_.wait(lock, [this] { return serving_ || lost_; });
    return serving_;
}

Inheritance HandoverDoor::take_back() {
    const std::scoped_lock lock{mutex_};
    return std::exchange(given_, {});
}

void HandoverDoor::wake() {
    const std::uint64_t one = 1;
    static_cast<void>(!::write(wake_.get(), &one, sizeof one));  // fails only when it is awake already
}

void HandoverDoor::run() {
    for (;;) {
        pollfd ready[]{{listening_.get(), POLLIN, 0}, {wake_.get(), POLLIN, 0}, {channel_.native(), POLLIN, 0}};
        ::poll(ready, 3, -1);
        {
            const std::scoped_lock lock{mutex_};
            if (stop_) return;
        }
        if (ready[0].revents != 0) greet(Descriptor{::accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC)});
        if (ready[1].revents != 0) {
            std::uint64_t times = 0;
            static_cast<void>(!::read(wake_.get(), &times, sizeof times));
        }
        if (channel_) send_what_waits();
        if (channel_ && ready[2].revents != 0) listen_to_follower();
    }
}

/// Hears what somebody wants who knocked. Who hangs up here has changed nothing.
void HandoverDoor::greet(Descriptor socket) {
    if (!socket) return;
    auto channel = HandoverChannel::adopt(std::move(socket));
    if (!channel) return;
    const auto wish = channel->receive(Clock::now() + kManners);
    if (!wish || wish->word != HandoverWord::take) return;
    if (const int asked = protocol_of(wish->text); asked != kHandoverProtocol) {
        static_cast<void>(
            channel->send(HandoverWord::refused, fmt::format("the running server (rondo {}) hands over by protocol {}, not {}; "
                                                             "stop it and start this one",
                                                             options_.program, kHandoverProtocol, asked)));
        return;
    }
    const auto folder = address_.identity();
    if (!folder || !wish->text.ends_with(" " + *folder)) {
        static_cast<void>(
            channel->send(HandoverWord::refused, "the server behind takeover.sock keeps another data folder; look where it leads"));
        return;
    }
    if (const auto first = follower(); first != 0) {
        static_cast<void>(channel->send(HandoverWord::refused, fmt::format("process {} is taking over already", first)));
        return;
    }
    if (!offer(*channel)) return;
    const auto answer = channel->receive(Clock::now() + kManners);
    if (!answer || answer->word != HandoverWord::go) {
        const std::scoped_lock lock{mutex_};
        given_.listener = {};
        return;
    }
    {
        const std::scoped_lock lock{mutex_};
        follower_ = channel->peer();
    }
    channel_ = std::move(*channel);
    options_.on_follower();
}

Status HandoverDoor::offer(HandoverChannel& channel) {
    Descriptor listener = options_.listener();
    if (!listener) {
        static_cast<void>(channel.send(HandoverWord::refused, "the running server is shutting down; start this one when it is gone"));
        return fail(Code::unavailable, "shutting down");
    }
    const int number = listener.get();
    {
        const std::scoped_lock lock{mutex_};
        given_.listener = std::move(listener);
    }
    return channel.send(HandoverWord::offer, fmt::format("{} {}", options_.program, options_.drain.count()), {&number, 1});
}

void HandoverDoor::send_what_waits() {
    std::unique_lock lock{mutex_};
    Status fine;
    while (fine && sent_ < given_.connections.size()) {
        // Sockets stay where they are until take_back(), which comes after the thread has lost its follower.
        std::vector<int> numbers;
        std::string unread;
        while (numbers.size() < kMostMoved && sent_ < given_.connections.size() && unread.empty()) {
            const auto& connection = given_.connections[sent_];
            if (!numbers.empty() && !connection.unread.empty()) break;
            numbers.push_back(connection.socket.get());
            unread = connection.unread;
            ++sent_;
        }
        lock.unlock();
        fine = channel_.send(HandoverWord::moved, unread, numbers);
        lock.lock();
    }
    const std::string progress = std::exchange(progress_, {});
    const bool released = std::exchange(released_, false);
    lock.unlock();
    if (fine && !progress.empty()) fine = channel_.send(HandoverWord::progress, progress);
    if (fine && released) fine = channel_.send(HandoverWord::released);
    if (!fine) lose_follower();
}

void HandoverDoor::listen_to_follower() {
    const auto packet = channel_.receive(Clock::now());
    if (!packet && packet.error().code == Code::deadline_exceeded) return;
    if (!packet || packet->word != HandoverWord::serving) return lose_follower();
    const std::scoped_lock lock{mutex_};
    serving_ = true;
    changed_.notify_all();
}

void HandoverDoor::lose_follower() {
    channel_ = {};
    const std::scoped_lock lock{mutex_};
    lost_ = !serving_;
    changed_.notify_all();
}
}  // namespace rondo::net
