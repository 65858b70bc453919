#pragma once
#include "base/async/gcra.hpp"
#include "platform/net/admission.hpp"
#include "platform/net/http_server.hpp"
#include "platform/net/owned_counter.hpp"
#include "platform/net/peer_counter.hpp"
#include "platform/net/socket.hpp"
#include "platform/net/tls_identity.hpp"

#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rondo::net {
class Connection;

/// What all threads of one server share. Constant but for the counters.
struct ServerShared {
    ServerShared(HttpServer::Config settings, RouteTable table, HttpServer::ErrorSink sink, std::size_t threads)
        : config{std::move(settings)}, routes{std::move(table)}, on_error{std::move(sink)}, admission{config.admission, threads} {}

    HttpServer::Config config;
    RouteTable routes;
    HttpServer::ErrorSink on_error;
    PeerCounter peers;
    Admission admission;
    std::atomic<std::uint64_t> open{0};
    std::atomic<std::uint64_t> accepted{0};
    std::atomic<std::uint64_t> refused{0};
};

/// A connection that was accepted and belongs to nobody yet.
struct Newcomer {
    Socket socket;
    asio::ip::address peer;
    PeerCounter::Seat seat;
    const char* refusal{nullptr};  ///< what its first request is told instead of an answer; null: it is welcome
    std::string unread{};          ///< what another server had read of its next request
    bool travelled{false};         ///< it comes from another server, in the clear
};

/// One thread's share of a server: its connections and the timer that sweeps their time limits. Shared by its
/// connections, so it outlives the server if they do. Everything but the constructor and the counters belongs to the thread.
class Worker : public std::enable_shared_from_this<Worker> {
public:
    /// `number`: of this thread among the server's.
    Worker(std::shared_ptr<ServerShared> shared, asio::io_context& context, std::size_t number);

    void adopt(Newcomer newcomer);
    void join(Connection& connection);
    void leave(Connection& connection);

    /// What connections adopted from now on show inside TLS, unless they travelled here; null: they speak in the clear.
    void use_identity(std::shared_ptr<const TlsIdentity> identity) { identity_ = std::move(identity); }
    [[nodiscard]] const TlsIdentity* identity() const { return identity_.get(); }

    void announce_end();                      ///< answers say Connection: close, WebSockets end
    void begin_drain();                       ///< closes idle connections; the others close after their answer
    void begin_hand_over(TravelAgent agent);  ///< connections go there once they are between two requests
    void abort_all();                         ///< cancels handlers and closes every connection

    /// A place for one more request; nothing: refuse it, after refusal_delay().
    [[nodiscard]] std::optional<Admission::Place> admit(Priority priority);
    /// How long the next refusal of this thread has to wait.
    [[nodiscard]] Clock::duration refusal_delay();

    [[nodiscard]] bool ending() const { return ending_; }      ///< answers are the last of their connection
    [[nodiscard]] bool draining() const { return draining_; }  ///< and who is idle leaves
    [[nodiscard]] const TravelAgent& agent() const { return agent_; }  ///< callable while connections are handed over
    [[nodiscard]] asio::io_context& context() const { return context_; }
    [[nodiscard]] ServerShared& shared() const { return *shared_; }

    OwnedCounter requests, rejected, timeouts, failures, bad_handshakes, bytes_in, bytes_out;

private:
    using Bell = asio::posix::basic_stream_descriptor<Executor>;

    void sweep_later();
    void sweep();
    void probe_later();
    void ring();
    void probe();
    template <class Visit>
    void each(Visit visit);

    std::shared_ptr<ServerShared> shared_;
    asio::io_context& context_;
    std::shared_ptr<const TlsIdentity> identity_;
    const std::size_t number_;
    LoopTimer timer_;
    Clock::duration period_;
    LoopTimer probe_;  // fires while requests are under way, and rings the bell
    Bell bell_;        // an eventfd; how late it is heard is what admission is told
    TimePoint probe_due_{};
    Gcra refusals_;
    std::vector<Connection*> connections_;  // each knows its place here
    TravelAgent agent_;
    bool ending_{false};
    bool draining_{false};
    bool sweeping_{false};
    bool probing_{false};
};
}  // namespace rondo::net
