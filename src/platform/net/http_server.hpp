#pragma once
#include "base/clock.hpp"
#include "base/describe.hpp"
#include "base/result.hpp"
#include "platform/net/admission.hpp"
#include "platform/net/inheritance.hpp"
#include "platform/net/origin.hpp"
#include "platform/net/route_table.hpp"

#include <boost/asio/awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace rondo::net {
class TlsIdentity;

/// An HTTP/1.1 server: one acceptor, connections dealt to the given threads in turn, each connection on one thread for life.
///
/// Requests of a connection are answered one after the other, so pipelining is safe. Whatever is refused below the routes
/// (framing, limits, unknown paths and methods, overload) is answered with problem+json, or as the route says (RefusalWriter); after a
/// framing error the connection is closed.
/// Bounded: connections, head, body and every wait have a limit in the Config. One timer per thread sweeps the time
/// limits, so a limit is met at most a quarter (and at most a second) late.
class HttpServer {
public:
    /// PEM files; both empty: no TLS. Whoever makes the server reads them (TlsIdentity::load).
    struct Tls {
        std::filesystem::path certificate{};
        std::filesystem::path key{};
        [[nodiscard]] bool on() const { return !certificate.empty(); }
    };
    struct Config {
        std::string host{"127.0.0.1"};  ///< an IPv4 or IPv6 literal
        int port{8000};                 ///< 0: the system chooses
        int threads{0};                 ///< event loops the application makes; 0: one per core
        std::chrono::microseconds busy_poll{0};  ///< of those loops
        int max_connections{10'000};    ///< beyond it: 503 with Retry-After
        int max_connections_per_address{1'000};  ///< the same; of IPv6 the first 64 bits count
        std::size_t max_body_bytes{8U << 20U};  ///< a route may allow less
        std::size_t max_header_bytes{64U << 10U};
        std::chrono::milliseconds header_timeout{10'000};  ///< from the first byte of a request to the end of its head
        std::chrono::milliseconds body_timeout{5'000};     ///< plus one second for each KiB received
        std::chrono::milliseconds write_timeout{10'000};   ///< without any progress
        std::chrono::milliseconds idle_timeout{75'000};    ///< between two requests of a connection
        std::chrono::milliseconds peer_timeout{60'000};    ///< without a sign of life of the peer's TCP
        std::size_t unsent_bytes{64U << 10U};              ///< of an answer in the kernel that the peer has not made room for
        std::vector<std::string> allowed_origins{};        ///< see OriginPolicy, which those who serve routes make of these two
        std::vector<std::string> allowed_hosts{};
        Tls tls{};
        Admission::Config admission{};
        std::chrono::milliseconds drain_delay{0};          ///< see begin_drain; kept by the application
        std::chrono::milliseconds drain_timeout{10'000};   ///< of the whole drain; kept by the application
    };
    struct Stats {
        std::uint64_t accepted{0};  ///< connections
        std::uint64_t refused{0};   ///< connections beyond the limit
        std::uint64_t open{0};      ///< connections now
        std::uint64_t requests{0};  ///< heads understood
        std::uint64_t rejected{0};  ///< requests answered below the routes
        std::uint64_t timeouts{0};  ///< connections that a time limit ended, idle ones included
        std::uint64_t failures{0};  ///< handlers that threw or gave no answer
        std::uint64_t bad_handshakes{0};  ///< connections that came to no TLS session, for another reason than time
        std::uint64_t bytes_in{0}, bytes_out{0};
        Admission::Stats admission{};
    };
    /// Told what a handler threw, or that accepting failed. Called on any of the threads; must be callable and must not
    /// block or throw.
    using ErrorSink = std::function<void(std::string_view what)>;

    /// `threads` must not be empty; each context is run by one thread. Destroy the server after these threads have ended
    /// (or never began) and before the contexts; call `drain` before if answers under way matter.
    HttpServer(Config config, RouteTable routes, std::vector<asio::io_context*> threads, ErrorSink on_error);
    ~HttpServer();
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    /// Binds, begins to accept and returns the port. Call once. Errors: `invalid_argument` (host is no literal),
    /// `unavailable` (address in use or not ours).
    Result<std::uint16_t> listen();
    /// Connections that come from now on speak TLS and are shown this; those that are open go on as they began. Before listen(), a server
    /// that is to speak TLS has none in the clear. Thread-safe.
    void use_identity(std::shared_ptr<const TlsIdentity> identity);
    /// The same with what another server had: its socket, unless there is none, and connections between two requests, which go on here.
    /// Errors: `invalid_argument` (no socket that listens) too.
    Result<std::uint16_t> listen(Inheritance inheritance);
    /// A duplicate of the listening socket for another process; none when this server does not accept. Thread-safe.
    [[nodiscard]] Descriptor listener() const;

    void stop_accepting();  ///< thread-safe
    /// Answers say Connection: close from now on; all else goes on, also accepting. Thread-safe.
    void begin_drain();
    /// Stops accepting and lets every connection in the clear go to `agent` as soon as it is between two requests; what a peer has sent of
    /// the next one goes along. Those inside TLS are closed instead, after an answer that says so. Thread-safe; then drain().
    void begin_hand_over(TravelAgent agent);
    /// Stops accepting, closes idle connections, lets busy ones finish (their answers say Connection: close), and at the
    /// deadline cancels handlers and closes what is left. Returns when no connection is open, or a second after the
    /// deadline. Runs on any executor; the contexts must be running.
    asio::awaitable<void> drain(TimePoint deadline);

    [[nodiscard]] std::size_t open_connections() const;  ///< thread-safe
    [[nodiscard]] Stats stats() const;  ///< thread-safe; sums that may be a moment old
    [[nodiscard]] const RouteTable& routes() const;

private:
    class Acceptor;
    std::unique_ptr<Acceptor> acceptor_;
};

template <class Visitor>
void describe(Visitor& v, HttpServer::Tls& c) {
    v.field("certificate", c.certificate, Reload::restart,
            "PEM file of the server's certificate and those above it; empty: no TLS. Read again when it changes.");
    v.field("key", c.key, Reload::restart, "PEM file of its key, without a password. Read again when it changes.");
    v.rule(c.certificate.empty() == c.key.empty(), "key", "certificate and key go together");
}

template <class Visitor>
void describe(Visitor& v, HttpServer::Config& c) {
    using namespace std::chrono_literals;
    v.field("host", c.host, Reload::restart, "IPv4 or IPv6 address to listen on.");
    v.field("port", c.port, Reload::restart, "0 lets the system choose.", in(0, 65'535));
    v.field("threads", c.threads, Reload::restart, "Event loops; 0 means one per core.", in(0, 256));
    v.field("busy_poll_us", c.busy_poll, Reload::restart,
            "How long an event loop looks for work before it sleeps: shorter answers where cores have nothing else to do, e.g. 50.",
            in(std::chrono::microseconds{0}, std::chrono::microseconds{10'000}));
    v.field("max_connections", c.max_connections, Reload::restart, "Further ones are answered with 503.", in(1, 1'000'000));
    v.field("max_connections_per_address", c.max_connections_per_address, Reload::restart,
            "Of one IPv4 address or one IPv6 /64; further ones are answered with 503. Behind a proxy all have its address.",
            in(1, 1'000'000));
    v.field("max_body_bytes", c.max_body_bytes, Reload::restart, "Longest request body; a route may allow less.", in(1'024, 1 << 30));
    v.field("max_header_bytes", c.max_header_bytes, Reload::restart, "Request line and headers together.", in(1'024, 1 << 20));
    v.field("header_timeout_ms", c.header_timeout, Reload::restart, "From the first byte of a request to the end of its head.",
            in(10ms, 600s));
    v.field("body_timeout_ms", c.body_timeout, Reload::restart, "For a body, plus a second for each KiB received.", in(10ms, 600s));
    v.field("write_timeout_ms", c.write_timeout, Reload::restart, "Closes a peer that takes no byte for so long.", in(10ms, 600s));
    v.field("idle_timeout_ms", c.idle_timeout, Reload::restart, "Closes a connection between two requests.", in(10ms, 3'600s));
    v.field("peer_timeout_ms", c.peer_timeout, Reload::restart, "Closes a connection whose peer is gone without a word.", in(1s, 7'200s));
    v.field("unsent_bytes", c.unsent_bytes, Reload::restart,
            "Of each answer, what may wait in the kernel for a peer that reads slowly; more is sent faster, less costs less.",
            in(4'096, 1 << 24));
    v.field("allowed_origins", c.allowed_origins, Reload::restart,
            "Origins whose pages may use the server besides its own, e.g. https://chat.example.org.");
    v.field("allowed_hosts", c.allowed_hosts, Reload::restart,
            "Names, without port, a server on loopback without keys may be asked under besides localhost and loopback addresses.");
    v.rule(std::ranges::all_of(c.allowed_origins, is_origin), "allowed_origins",
           "must be origins as browsers write them: scheme, name in lower case, port unless it is the usual one, no path");
    v.rule(std::ranges::all_of(c.allowed_hosts, is_host_name), "allowed_hosts", "must be names or addresses without port");
    v.section("tls", c.tls);
    v.section("admission", c.admission);
    v.field("drain_delay_ms", c.drain_delay, Reload::live,
            "After SIGTERM /readyz says no, and for so long requests are taken all the same: until load balancers have seen it.",
            in(0ms, 300s));
    v.field("drain_timeout_ms", c.drain_timeout, Reload::live,
            "How long SIGTERM and a take-over wait for running turns and open streams; turns that still run are resumed by the next start.",
            in(0ms, 600s));
    v.rule(c.drain_delay <= c.drain_timeout, "drain_delay_ms", "must not exceed drain_timeout_ms");
}
}  // namespace rondo::net
