#include "platform/net/http_server.hpp"

#include "base/async/within.hpp"
#include "platform/net/listener_options.hpp"
#include "platform/net/worker.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>

#include <mutex>

namespace rondo::net {
using namespace std::chrono_literals;

namespace {
using ErrorCode = boost::system::error_code;
constexpr std::uint64_t kRefusals = 64;  // connections beyond the limit that may wait for their 503; further ones are just closed
constexpr Clock::duration kAcceptPause = 100ms;
constexpr int kBacklog = 4'096;  // connections the kernel keeps waiting, also while one process takes over from another
constexpr int kBurst = 64;  // connections taken before others on this thread get their turn

Result<asio::ip::address> parse_host(std::string host) {
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    ErrorCode ec;
    const auto address = asio::ip::make_address(host, ec);
    if (ec)
        return fail(Error{Code::invalid_argument, "listen on an IPv4 or IPv6 address", {{"host", "is not an IPv4 or IPv6 address"}}, {}});
    return address;
}

asio::ip::tcp protocol_of(int socket) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
    return address.ss_family == AF_INET6 ? asio::ip::tcp::v6() : asio::ip::tcp::v4();
}
}  // namespace

/// Takes connections on the first thread and deals them to the workers.
class HttpServer::Acceptor {
public:
    Acceptor(Config config, RouteTable routes, const std::vector<asio::io_context*>& threads, ErrorSink on_error)
        : state_{std::make_shared<State>(*threads.front())} {
        state_->shared = std::make_shared<ServerShared>(std::move(config), std::move(routes), std::move(on_error), threads.size());
        for (asio::io_context* thread : threads) {
            state_->workers.push_back(std::make_shared<Worker>(state_->shared, *thread, state_->workers.size()));
        }
    }

    /// What waits in the first context must not keep workers of the others, which may be destroyed before it.
    ~Acceptor() {
        state_->close();
        state_->workers.clear();
    }
    Acceptor(const Acceptor&) = delete;
    Acceptor& operator=(const Acceptor&) = delete;

    Result<std::uint16_t> listen(Inheritance inheritance) {
        const auto bound = inheritance.listener ? inherit(std::move(inheritance.listener)) : bind();
        if (!bound) return propagate(bound);
        const std::uint16_t port = state_->acceptor.local_endpoint().port();
        asio::post(state_->acceptor.get_executor(), [state = state_, inherited = std::move(inheritance.connections)]() mutable {
            for (auto& connection : inherited) State::welcome(*state, std::move(connection));
            State::accept(state);
        });
        return port;
    }

    Descriptor listener() const { return state_->duplicate(); }

    void stop() {
        asio::dispatch(state_->acceptor.get_executor(), [state = state_] { state->close(); });
    }

    template <class Action>
    void on_every_thread(Action action) {
        for (const auto& worker : state_->workers) asio::post(worker->context(), [worker, action] { action(*worker); });
    }
    [[nodiscard]] ServerShared& shared() const { return *state_->shared; }
    [[nodiscard]] const std::vector<std::shared_ptr<Worker>>& workers() const { return state_->workers; }

private:
    Status inherit(Descriptor listener) {
        const auto protocol = protocol_of(listener.get());
        auto& acceptor = state_->acceptor;
        ErrorCode ec;
        acceptor.assign(protocol, listener.get(), ec);
        if (ec) return fail(Code::invalid_argument, "the socket to listen on cannot be used: " + ec.message());
        static_cast<void>(listener.release());
        const Config& config = state_->shared->config;
        set_options(acceptor.native_handle(), {config.unsent_bytes, config.peer_timeout});
        acceptor.listen(kBacklog, ec);
        if (!ec) acceptor.non_blocking(true, ec);
        if (!ec) return {};
        const std::string reason = ec.message();
        acceptor.close(ec);
        return fail(Code::invalid_argument, "the socket to listen on does not listen: " + reason);
    }

    Status bind() {
        const Config& config = state_->shared->config;
        const auto address = parse_host(config.host);
        if (!address) return propagate(address);
        const asio::ip::tcp::endpoint endpoint{*address, static_cast<std::uint16_t>(config.port)};
        auto& acceptor = state_->acceptor;
        ErrorCode ec;
        acceptor.open(endpoint.protocol(), ec);
        if (!ec) acceptor.set_option(asio::socket_base::reuse_address{true}, ec);
        if (!ec) acceptor.bind(endpoint, ec);
        if (!ec) set_options(acceptor.native_handle(), {config.unsent_bytes, config.peer_timeout});
        if (!ec) acceptor.listen(kBacklog, ec);
        if (!ec) acceptor.non_blocking(true, ec);
        if (ec) {
            const std::string reason = ec.message();
            ErrorCode ignored;
            acceptor.close(ignored);
            return fail(Code::unavailable, fmt::format("cannot listen on {} port {}: {}", config.host, config.port, reason));
        }
        return {};
    }

    /// Shared with the pending accept, which may outlive the server in a context that no longer runs.
    struct State {
        explicit State(asio::io_context& context) : acceptor{context}, pause{context} {}

        void close() {
            ErrorCode ignored;
            const std::scoped_lock lock{closing};
            acceptor.close(ignored);
            pause.cancel();
        }
        Descriptor duplicate() {
            const std::scoped_lock lock{closing};
            return Descriptor{acceptor.is_open() ? ::fcntl(acceptor.native_handle(), F_DUPFD_CLOEXEC, 0) : -1};
        }

        /// Waits, then takes what has come. No socket of another context is held while waiting.
        static void accept(std::shared_ptr<State> state) {
            if (!state->acceptor.is_open()) return;
            auto& acceptor = state->acceptor;
            acceptor.async_wait(asio::socket_base::wait_read, [state = std::move(state)](ErrorCode) mutable {
                ErrorCode ec;
                for (int taken = 0; taken < kBurst && !ec && state->acceptor.is_open(); ++taken) {
                    const auto& worker = state->workers[state->next];
                    asio::ip::tcp::endpoint peer;
                    Socket socket = state->acceptor.accept(worker->context(), peer, ec);
                    if (ec) break;
                    state->next = (state->next + 1) % state->workers.size();
                    admit(*state->shared, worker, {std::move(socket), peer.address(), state->shared->peers.seat(peer.address())});
                }
                const bool came_and_left =
                    ec == asio::error::connection_aborted || ec == asio::error::would_block || ec == asio::error::try_again;
                if (!ec || came_and_left || !state->acceptor.is_open()) return accept(std::move(state));
                // Out of descriptors, most likely: connections stay in the kernel's queue until there is one.
                state->shared->on_error("accepting a connection failed: " + ec.message());
                state->pause.expires_after(kAcceptPause);
                auto& pause = state->pause;
                pause.async_wait([state = std::move(state)](ErrorCode) mutable { accept(std::move(state)); });
            });
        }

        /// Deals a connection that began with another server.
        static void welcome(State& state, Travelling connection) {
            const auto& worker = state.workers[state.next];
            Socket socket{worker->context()};
            ErrorCode ec;
            socket.assign(protocol_of(connection.socket.get()), connection.socket.get(), ec);
            if (ec) return state.shared->on_error("a connection that was handed over cannot be used: " + ec.message());
            static_cast<void>(connection.socket.release());
            const auto peer = socket.remote_endpoint(ec).address();
            if (ec) return;  // it has left on the way
            state.next = (state.next + 1) % state.workers.size();
            admit(*state.shared, worker,
                  {std::move(socket), peer, state.shared->peers.seat(peer), nullptr, std::move(connection.unread), true});
        }

        static void admit(ServerShared& shared, std::shared_ptr<Worker> worker, Newcomer newcomer) {
            const auto limit = static_cast<std::uint64_t>(shared.config.max_connections);
            const auto peer_limit = static_cast<std::uint64_t>(shared.config.max_connections_per_address);
            const auto open = shared.open.fetch_add(1, std::memory_order_relaxed) + 1;
            const auto taken = newcomer.seat.taken();
            if (taken > peer_limit) newcomer.refusal = "too many connections from this address; use fewer, or try again later";
            if (open > limit) newcomer.refusal = "too many connections; try again later";
            (newcomer.refusal ? shared.refused : shared.accepted).fetch_add(1, std::memory_order_relaxed);
            if (open > limit + kRefusals || taken > peer_limit + kRefusals) {
                shared.open.fetch_sub(1, std::memory_order_relaxed);
                return;
            }
            auto& context = worker->context();
            asio::dispatch(context,
                           [worker = std::move(worker), newcomer = std::move(newcomer)]() mutable { worker->adopt(std::move(newcomer)); });
        }

        asio::basic_socket_acceptor<asio::ip::tcp, Executor> acceptor;
        asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Executor> pause;
        std::shared_ptr<ServerShared> shared;
        std::vector<std::shared_ptr<Worker>> workers;
        std::size_t next{0};
        std::mutex closing;  // the acceptor's descriptor is closed on its thread and duplicated on others
    };

    std::shared_ptr<State> state_;
};

HttpServer::HttpServer(Config config, RouteTable routes, std::vector<asio::io_context*> threads, ErrorSink on_error)
    : acceptor_{std::make_unique<Acceptor>(std::move(config), std::move(routes), threads, std::move(on_error))} {}

HttpServer::~HttpServer() = default;

Result<std::uint16_t> HttpServer::listen() { return acceptor_->listen({}); }
Result<std::uint16_t> HttpServer::listen(Inheritance inheritance) { return acceptor_->listen(std::move(inheritance)); }
Descriptor HttpServer::listener() const { return acceptor_->listener(); }
void HttpServer::use_identity(std::shared_ptr<const TlsIdentity> identity) {
    acceptor_->on_every_thread([identity = std::move(identity)](Worker& worker) { worker.use_identity(identity); });
}
void HttpServer::stop_accepting() { acceptor_->stop(); }
void HttpServer::begin_drain() {
    acceptor_->on_every_thread([](Worker& worker) { worker.announce_end(); });
}
void HttpServer::begin_hand_over(TravelAgent agent) {
    stop_accepting();
    acceptor_->on_every_thread([agent = std::move(agent)](Worker& worker) { worker.begin_hand_over(agent); });
}

asio::awaitable<void> HttpServer::drain(TimePoint deadline) {
    stop_accepting();
    acceptor_->on_every_thread([](Worker& worker) { worker.begin_drain(); });
    // Looking now and then is enough: this happens once in a server's life.
    while (open_connections() > 0 && Clock::now() < deadline) {
        if (!co_await pause(std::min<Clock::duration>(10ms, deadline - Clock::now()))) co_return;
    }
    if (open_connections() == 0) co_return;
    acceptor_->on_every_thread([](Worker& worker) { worker.abort_all(); });
    const auto give_up = Clock::now() + 1s;  // a handler that does not heed its cancellation is left behind
    while (open_connections() > 0 && Clock::now() < give_up) {
        if (!co_await pause(10ms)) co_return;
    }
}

std::size_t HttpServer::open_connections() const { return acceptor_->shared().open.load(std::memory_order_relaxed); }
const RouteTable& HttpServer::routes() const { return acceptor_->shared().routes; }

HttpServer::Stats HttpServer::stats() const {
    const ServerShared& shared = acceptor_->shared();
    Stats sum{.accepted = shared.accepted.load(), .refused = shared.refused.load(), .open = shared.open.load()};
    for (const auto& worker : acceptor_->workers()) {
        sum.requests += worker->requests.read();
        sum.rejected += worker->rejected.read();
        sum.timeouts += worker->timeouts.read();
        sum.failures += worker->failures.read();
        sum.bad_handshakes += worker->bad_handshakes.read();
        sum.bytes_in += worker->bytes_in.read();
        sum.bytes_out += worker->bytes_out.read();
    }
    sum.admission = shared.admission.stats();
    return sum;
}
}  // namespace rondo::net
