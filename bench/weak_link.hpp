#pragma once
#include "base/async/signal.hpp"
#include "link_weather.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <memory>
#include <vector>

namespace rondo::bench {
/// A proxy on 127.0.0.1 in front of a server, as bad as its weather: a new connection costs a round trip before its first byte, every
/// byte half of one, nothing gets through while it stalls, and a cut breaks what is connected, both ways, without a word.
/// Runs on its executor's one thread; what it has begun ends with the execution context.
class WeakLink {
public:
    /// Throws boost::system::system_error when there is no port.
    WeakLink(asio::any_io_executor executor, std::uint16_t server_port, const Weather& weather, std::uint64_t seed);
    /// Begins: its time counts from here.
    void start();

    [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

private:
    struct Pair;
    struct Pipe;
    asio::awaitable<void> accept();
    asio::awaitable<void> cut();
    asio::awaitable<void> take(std::shared_ptr<Pair> pair, Pipe& pipe);
    asio::awaitable<void> give(std::shared_ptr<Pair> pair, Pipe& pipe);
    [[nodiscard]] LinkWeather::Time time() const { return Clock::now() - begin_; }

    asio::ip::tcp::acceptor acceptor_;
    asio::ip::tcp::endpoint server_;
    LinkWeather weather_;
    TimePoint begin_{};
    std::vector<std::weak_ptr<Pair>> pairs_;
};
}  // namespace rondo::bench
