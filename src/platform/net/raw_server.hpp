#pragma once
#include "base/result.hpp"
#include "platform/net/raw_connection.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rondo::net {
/// Accepts connections and gives each to a coroutine that decides about every byte: what a server needs that has to misbehave
/// on purpose. Servers that mean well are `HttpServer`s.
///
/// Connections are dealt to the given threads in turn and stay there. Bounded: what comes beyond `max_connections` is closed at once.
class RawServer {
public:
    struct Config {
        std::string host{"127.0.0.1"};  ///< an IPv4 or IPv6 literal
        int port{0};                    ///< 0: the system chooses
        std::size_t max_connections{16'384};
        std::optional<TestIdentity> tls{};  ///< none: plain bytes
    };
    /// Runs on the connection's thread. The connection is closed when the coroutine ends; what it throws ends only itself.
    using Handler = std::function<asio::awaitable<void>(RawConnection&)>;

    /// `threads` must not be empty; each context is run by one thread. Destroy the server and what its handlers refer to after
    /// these threads have ended and dropped what waited in them.
    RawServer(Config config, Handler handler, std::vector<asio::io_context*> threads);
    ~RawServer();
    RawServer(const RawServer&) = delete;
    RawServer& operator=(const RawServer&) = delete;

    /// Binds, begins to accept and returns the port. Call once. Errors: `invalid_argument` (host is no literal), `unavailable`
    /// (address in use or not ours).
    Result<std::uint16_t> listen();

private:
    struct State;
    std::shared_ptr<State> state_;
};
}  // namespace rondo::net
