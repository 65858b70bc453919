#pragma once
#include "platform/net/http_server.hpp"
#include "platform/net/owned_counter.hpp"
#include "platform/net/socket.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace rondo::net {
class Connection;

/// What all threads of one server share. Constant but for the counters.
struct ServerShared {
    HttpServer::Config config;
    RouteTable routes;
    HttpServer::ErrorSink on_error;
    std::atomic<std::uint64_t> open{0};
    std::atomic<std::uint64_t> accepted{0};
    std::atomic<std::uint64_t> refused{0};
};

/// One thread's share of a server: its connections and the timer that sweeps their time limits. Shared by its
/// connections, so it outlives the server if they do. Everything but the constructor and the counters belongs to the thread.
class Worker : public std::enable_shared_from_this<Worker> {
public:
    Worker(std::shared_ptr<ServerShared> shared, asio::io_context& context);

    /// A connection's beginning here.
    struct Arrival {
        Socket socket;
        std::string unread{};      ///< what another server had read of the next request
        bool travelled{false};     ///< in the clear, from another server
        bool overloaded{false};    ///< one too many: its first request is refused
    };
    void adopt(Arrival arrival);
    void join(Connection& connection);
    void leave(Connection& connection);

    void announce_end();                         ///< answers say Connection: close
    void begin_drain();                          ///< closes idle connections; the others close after their answer
    void begin_hand_over(TravelAgent agent);     ///< connections go there once they are between two requests
    void abort_all();    ///< cancels handlers and closes every connection

    [[nodiscard]] bool ending() const { return ending_; }      ///< answers are the last of their connection
    [[nodiscard]] bool draining() const { return draining_; }  ///< and who is idle leaves
    [[nodiscard]] const TravelAgent& agent() const { return agent_; }  ///< callable while connections are handed over
    [[nodiscard]] asio::io_context& context() const { return context_; }
    [[nodiscard]] ServerShared& shared() const { return *shared_; }

    OwnedCounter requests, rejected, timeouts, failures, bytes_in, bytes_out;

private:
    void sweep_later();
    void sweep();
    template <class Visit>
    void each(Visit visit);

    std::shared_ptr<ServerShared> shared_;
    asio::io_context& context_;
    LoopTimer timer_;
    Clock::duration period_;
    std::vector<Connection*> connections_;  // each knows its place here
    TravelAgent agent_;
    bool ending_{false};
    bool draining_{false};
    bool sweeping_{false};
};
}  // namespace rondo::net
