#pragma once
#include "platform/net/outbound.hpp"
#include "platform/net/owned_counter.hpp"
#include "platform/net/socket.hpp"

#include <deque>
#include <list>
#include <memory>
#include <string>

namespace rondo::net {
class OutboundConnection;

/// The connections of one Outbound, on its loop. The one used last is used first, so that few stay busy and the rest can go.
class ConnectionPool : public std::enable_shared_from_this<ConnectionPool> {
public:
    ConnectionPool(asio::io_context& loop, Outbound::Config config);
    ~ConnectionPool();

    /// One connection for one request, and its place among `max_connections`. Dropped, it closes the connection at once.
    class Lease {
    public:
        Lease(std::shared_ptr<ConnectionPool> pool, std::shared_ptr<OutboundConnection> connection, bool reused);
        Lease(Lease&&) noexcept = default;
        Lease& operator=(Lease&&) = delete;
        ~Lease() { discard(); }

        [[nodiscard]] OutboundConnection& operator*() const { return *connection_; }
        [[nodiscard]] OutboundConnection* operator->() const { return connection_.get(); }
        [[nodiscard]] bool reused() const { return reused_; }
        void give_back();  ///< the reply was read to its end; the connection may serve the next request
        void discard();    ///< the connection itself stays until the lease goes: somebody may be waiting on it
        /// Another, new connection in the same place.
        asio::awaitable<Status> renew(CallContext ctx);

    private:
        std::shared_ptr<ConnectionPool> pool_;  // null once given back or discarded
        std::shared_ptr<OutboundConnection> connection_;
        bool reused_;
    };

    /// Waits for a place if all are taken, first come, first served. Errors: as `Outbound::open`.
    asio::awaitable<Result<Lease>> lease(CallContext ctx);

    void close_idle();  ///< and from now on every connection when it is given back
    [[nodiscard]] const Outbound::Config& config() const { return config_; }
    /// The lines every request has.
    [[nodiscard]] const std::string& common_headers() const { return common_headers_; }
    [[nodiscard]] Outbound::Stats stats() const;

private:
    struct Waiter {
        Waiter(ConnectionPool& owner, TimePoint until);
        ~Waiter();  ///< also when the loop ends and the waiting coroutine is destroyed
        Waiter(const Waiter&) = delete;
        Waiter& operator=(const Waiter&) = delete;

        ConnectionPool& pool;
        LoopTimer woken;
        std::list<Waiter*>::iterator place;
        bool granted{false};  // and taken off the list
        std::shared_ptr<OutboundConnection> connection{};  // with the grant, if one was there
    };

    asio::awaitable<Status> wait_for_place(std::shared_ptr<OutboundConnection>& connection, CallContext ctx);
    asio::awaitable<Status> dial(std::shared_ptr<OutboundConnection>& connection, TimePoint deadline);
    void take_back(std::shared_ptr<OutboundConnection> connection);
    void free_place();
    bool grant(std::shared_ptr<OutboundConnection> connection);
    void sweep_later();
    void sweep();

    asio::io_context& loop_;
    Outbound::Config config_;
    std::string common_headers_;
    std::deque<std::shared_ptr<OutboundConnection>> idle_;  // oldest first
    std::list<Waiter*> waiters_;
    LoopTimer sweep_timer_;
    bool sweeping_{false};
    bool closed_{false};
    OwnedCounter open_, idle_count_, waiting_, opened_, failed_, reused_, repeated_;
};
}  // namespace rondo::net
