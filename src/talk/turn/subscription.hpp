#pragma once
#include "platform/store/event_log.hpp"
#include "talk/turn/session.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <memory>

namespace rondo::turn {
/// Somebody who follows a session's events (Turns::subscribe); keeps the session in memory. One call of Turns::next at a time.
/// May be dropped on any thread.
class Subscription {
public:
    Subscription(asio::any_io_executor home, std::shared_ptr<Session> session, store::EventId place, std::int64_t running);
    ~Subscription();
    Subscription(const Subscription&) = delete;

    [[nodiscard]] store::EventId place() const { return place_; }  ///< the last event given out, or where it began
    [[nodiscard]] std::int64_t running_turn() const { return running_; }  ///< when it was opened; 0: none

private:
    friend class Turns;
    asio::any_io_executor home_;
    std::shared_ptr<Session> session_;
    store::EventId place_;
    std::int64_t running_;
};
}  // namespace rondo::turn
