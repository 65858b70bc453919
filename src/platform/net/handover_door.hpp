#pragma once
#include "platform/net/handover_channel.hpp"
#include "platform/net/inheritance.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace rondo::net {
/// The side that serves: where another process of the same user asks for the listening socket, and what leaves through it.
///
/// One thread of its own listens at `takeover.sock` in the data folder. One process at a time can follow; others are refused.
/// Everything that went is kept until the follower serves, so that nothing is lost when it does not come that far.
class HandoverDoor {
public:
    struct Options {
        std::filesystem::path folder{};
        std::string program{};                 ///< our version
        std::chrono::milliseconds drain{};     ///< the longest we take between `go` and `released`; told to the follower
        std::function<Descriptor()> listener;  ///< a duplicate; none while we shut down. On the door's thread
        std::function<void()> on_follower;     ///< somebody has the socket and waits for the rest. On the door's thread
    };

    /// For the owner of the folder's lock. Errors: `unavailable`.
    [[nodiscard]] static Result<std::unique_ptr<HandoverDoor>> open(Options options);
    ~HandoverDoor();  ///< takes the file away, unless the follower's own lies there now; do it while the folder is locked
    HandoverDoor(const HandoverDoor&) = delete;
    HandoverDoor& operator=(const HandoverDoor&) = delete;

    void give(Travelling connection);                ///< never blocks; thread-safe
    void tell(std::string progress);                 ///< for the follower's log; never blocks; thread-safe
    [[nodiscard]] std::size_t given() const;         ///< connections so far
    [[nodiscard]] pid_t follower() const;            ///< 0: none

    /// The data folder is free. Blocks until the follower serves (true) or is gone (false). Once, after on_follower.
    [[nodiscard]] bool release();
    /// After a release() that failed: everything that had been given away.
    [[nodiscard]] Inheritance take_back();

private:
    HandoverDoor(Options options, HandoverAddress address, Descriptor listening, Descriptor wake);
    // All of these on the thread.
    void run();
    void greet(Descriptor socket);
    void send_what_waits();
    void listen_to_follower();
    void lose_follower();
    [[nodiscard]] Status offer(HandoverChannel& channel);
    void wake();

    Options options_;
    HandoverAddress address_;
    Descriptor listening_, wake_;

    mutable std::mutex mutex_;  // guards what follows
    std::condition_variable changed_;
    Inheritance given_;
    std::size_t sent_{0};  // of given_.connections
    std::string progress_;
    pid_t follower_{0};
    bool stop_{false}, released_{false}, serving_{false}, lost_{false};

    HandoverChannel channel_;  // the thread's alone
    std::thread thread_;
};
}  // namespace rondo::net
