#include "platform/net/raw_server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <exception>

namespace rondo::net {
namespace {
using namespace std::chrono_literals;
using ErrorCode = boost::system::error_code;
constexpr auto kAcceptPause = 100ms;  // out of descriptors: connections wait in the kernel's queue
}  // namespace

/// Shared with the pending accept and every connection, which may outlive the server.
struct RawServer::State {
    State(Config given, Handler handle, std::vector<asio::io_context*> on)
        : config{std::move(given)},
          handler{std::move(handle)},
          threads{std::move(on)},
          acceptor{*threads.front()},
          pause{*threads.front()} {}

    static void accept(std::shared_ptr<State> state) {
        auto& context = *state->threads[state->accepted % state->threads.size()];
        auto& acceptor = state->acceptor;
        acceptor.async_accept(context, [state = std::move(state), &context](ErrorCode ec, RawConnection::Socket socket) mutable {
            if (ec == asio::error::operation_aborted) return;
            if (ec && ec != asio::error::connection_aborted) {
                state->pause.expires_after(kAcceptPause);
                auto& pause = state->pause;
                return pause.async_wait([state = std::move(state)](ErrorCode stopped) mutable {
                    if (!stopped) accept(std::move(state));
                });
            }
            if (!ec && state->open.load(std::memory_order_relaxed) < state->config.max_connections) {
                ++state->accepted;
                state->open.fetch_add(1, std::memory_order_relaxed);
                auto connection = std::make_shared<RawConnection>(std::move(socket), state->accepted, state->config.tls);
                asio::co_spawn(context, serve(state, std::move(connection)),
                               [state](std::exception_ptr) { state->open.fetch_sub(1, std::memory_order_relaxed); });
            }
            accept(std::move(state));
        });
    }

    static asio::awaitable<void> serve(std::shared_ptr<State> state, std::shared_ptr<RawConnection> connection) {
        struct Close {
            RawConnection& connection;
            ~Close() { connection.close(); }
        } const close{*connection};
        co_await state->handler(*connection);
    }

    Config config;
    Handler handler;
    std::vector<asio::io_context*> threads;
    asio::basic_socket_acceptor<asio::ip::tcp, RawConnection::Executor> acceptor;
    asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, RawConnection::Executor> pause;
    std::uint64_t accepted{0};
    std::atomic<std::size_t> open{0};
};

RawServer::RawServer(Config config, Handler handler, std::vector<asio::io_context*> threads)
    : state_{std::make_shared<State>(std::move(config), std::move(handler), std::move(threads))} {}

RawServer::~RawServer() {
    ErrorCode ignored;
    state_->acceptor.close(ignored);
    state_->pause.cancel();
}

Result<std::uint16_t> RawServer::listen() {
    ErrorCode ec;
    const auto address = asio::ip::make_address(state_->config.host, ec);
    if (ec) return fail(Code::invalid_argument, fmt::format("{} is no IPv4 or IPv6 address", state_->config.host));
    const asio::ip::tcp::endpoint endpoint{address, static_cast<std::uint16_t>(state_->config.port)};
    auto& acceptor = state_->acceptor;
    acceptor.open(endpoint.protocol(), ec);
    if (!ec) acceptor.set_option(asio::socket_base::reuse_address{true}, ec);
    if (!ec) acceptor.bind(endpoint, ec);
    if (!ec) acceptor.listen(asio::socket_base::max_listen_connections, ec);
    if (ec) {
        return fail(Code::unavailable,
                    fmt::format("cannot listen on {} port {}: {}", state_->config.host, state_->config.port, ec.message()));
    }
    const auto port = acceptor.local_endpoint(ec).port();
    asio::post(acceptor.get_executor(), [state = state_] { State::accept(state); });
    return port;
}
}  // namespace rondo::net
