#include "weak_link.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <deque>
#include <string>
#include <utility>

namespace rondo::bench {
namespace {
using asio::ip::tcp;
constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kMostUnderWay = 64;  ///< pieces of one direction; then its sender waits
}  // namespace

/// One direction of a connection.
struct WeakLink::Pipe {
    struct Piece {
        TimePoint due;
        std::string bytes;
    };
    Pipe(tcp::socket& from_socket, tcp::socket& to_socket) : from{from_socket}, to{to_socket}, changed{from_socket.get_executor()} {}

    tcp::socket &from, &to;
    std::deque<Piece> under_way;
    bool ended{false};  // the sender says nothing more
    Signal changed;
};

struct WeakLink::Pair {
    Pair(tcp::socket client_socket, TimePoint from)
        : client{std::move(client_socket)}, server{client.get_executor()}, open_from{from}, up{client, server}, down{server, client} {}

    /// As a network does that is gone: whoever sends or waits finds out by a reset.
    void break_off() {
        for (auto* socket : {&client, &server}) {
            boost::system::error_code ignored;
            socket->set_option(asio::socket_base::linger{true, 0}, ignored);
            socket->close(ignored);
        }
        for (auto* pipe : {&up, &down}) {
            pipe->ended = true;
            pipe->under_way.clear();
            pipe->changed.notify();
        }
    }

    tcp::socket client, server;
    TimePoint open_from;  // the handshake's round trip is over
    Pipe up, down;
};

WeakLink::WeakLink(asio::any_io_executor executor, std::uint16_t server_port, const Weather& weather, std::uint64_t seed)
    : acceptor_{std::move(executor), {asio::ip::address_v4::loopback(), 0}},
      server_{asio::ip::address_v4::loopback(), server_port},
      weather_{weather, seed} {}

void WeakLink::start() {
    begin_ = Clock::now();
    asio::co_spawn(acceptor_.get_executor(), accept(), asio::detached);
    asio::co_spawn(acceptor_.get_executor(), cut(), asio::detached);
}

asio::awaitable<void> WeakLink::accept() {
    for (;;) {
        auto [refused, client] = co_await acceptor_.async_accept(kTuple);
        if (refused) co_return;
        const auto handshake = weather_.arrival(weather_.arrival(time()));
        auto pair = std::make_shared<Pair>(std::move(client), begin_ + handshake);
        const auto [unreachable] = co_await pair->server.async_connect(server_, kTuple);
        if (unreachable) continue;
        for (auto* socket : {&pair->client, &pair->server}) {
            boost::system::error_code ignored;
            socket->set_option(tcp::no_delay{true}, ignored);
        }
        std::erase_if(pairs_, [](const std::weak_ptr<Pair>& known) { return known.expired(); });
        pairs_.push_back(pair);
        for (auto* pipe : {&pair->up, &pair->down}) {
            asio::co_spawn(acceptor_.get_executor(), take(pair, *pipe), asio::detached);
            asio::co_spawn(acceptor_.get_executor(), give(pair, *pipe), asio::detached);
        }
    }
}

asio::awaitable<void> WeakLink::cut() {
    for (auto at = weather_.next_cut({});; at = weather_.next_cut(at)) {
        if (at == LinkWeather::Time::max()) co_return;
        Timer timer{acceptor_.get_executor(), begin_ + at};
        const auto [stopped] = co_await timer.async_wait(kTuple);
        if (stopped) co_return;
        for (const auto& known : std::exchange(pairs_, {})) {
            if (const auto pair = known.lock()) pair->break_off();
        }
    }
}

/// Takes what the sender says and notes when it will arrive.
asio::awaitable<void> WeakLink::take(std::shared_ptr<Pair> pair, Pipe& pipe) {
    std::array<char, 16'384> bytes;
    while (!pipe.ended) {
        const auto [over, size] = co_await pipe.from.async_read_some(asio::buffer(bytes), kTuple);
        if (over) break;
        const auto sent = std::max(Clock::now(), pair->open_from);
        pipe.under_way.push_back({begin_ + weather_.arrival(sent - begin_), {bytes.data(), size}});
        pipe.changed.notify();
        while (!pipe.ended && pipe.under_way.size() >= kMostUnderWay) co_await pipe.changed.wait();
    }
    pipe.ended = true;
    pipe.changed.notify();
}

/// Hands over what has arrived.
asio::awaitable<void> WeakLink::give(std::shared_ptr<Pair> pair, Pipe& pipe) {
    for (;;) {
        while (!pipe.ended && pipe.under_way.empty()) co_await pipe.changed.wait();
        if (pipe.under_way.empty()) break;
        Timer timer{pipe.to.get_executor(), pipe.under_way.front().due};
        const auto [stopped] = co_await timer.async_wait(kTuple);
        if (stopped || pipe.under_way.empty()) break;  // cut meanwhile
        const auto piece = std::move(pipe.under_way.front());
        pipe.under_way.pop_front();
        pipe.changed.notify();
        const auto [broken, size] = co_await asio::async_write(pipe.to, asio::buffer(piece.bytes), kTuple);
        if (broken) break;
    }
    // The end travels, too.
    boost::system::error_code ignored;
    pipe.to.shutdown(tcp::socket::shutdown_send, ignored);
}
}  // namespace rondo::bench
