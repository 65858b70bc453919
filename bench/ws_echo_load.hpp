#pragma once
#include "base/clock.hpp"
#include "base/result.hpp"
#include "ws_client.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rondo::bench {
/// Connections to an echo server, each of which always has some messages under way. One thread.
class EchoLoad {
public:
    struct Shape {
        std::size_t connections{1};
        std::size_t in_flight{1};  ///< messages of a connection
        std::size_t bytes{32};     ///< of a message
    };
    /// Errors: those of WsClient.
    [[nodiscard]] static Result<EchoLoad> connect(std::uint16_t port, std::string_view target, const Shape& shape);
    EchoLoad(EchoLoad&& other) noexcept;
    EchoLoad& operator=(EchoLoad&&) = delete;
    ~EchoLoad();

    struct Heard {
        std::int64_t messages;
        Clock::duration elapsed;
    };
    /// Sends and hears for so long, then waits for what is still under way. Errors: also `data_loss` (another message came back than
    /// was sent), `deadline_exceeded` (nothing for ten seconds).
    [[nodiscard]] Result<Heard> run_for(std::chrono::milliseconds time);

private:
    EchoLoad(int epoll, const Shape& shape) : epoll_{epoll}, shape_{shape}, payload_(shape.bytes, 'e') {}
    /// Takes what has arrived for one connection and says it again while `go_on`; returns how many messages came.
    [[nodiscard]] Result<std::int64_t> listen(WsClient& client, bool go_on);

    int epoll_;  // -1 once moved from
    Shape shape_;
    std::string payload_;
    std::vector<WsClient> clients_;
};
}  // namespace rondo::bench
