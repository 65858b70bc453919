#pragma once
#include "base/async/timer.hpp"
#include "base/result.hpp"
#include "platform/net/tls_acceptor.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace rondo::net {
namespace asio = boost::asio;

/// One accepted connection with nothing between its user and the socket: what is written leaves at once as it is (TCP_NODELAY), and
/// how the connection ends is the user's choice. Inside TLS when its server has an identity. One coroutine on one thread.
class RawConnection : public std::enable_shared_from_this<RawConnection> {
public:
    using Executor = asio::io_context::executor_type;
    using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;

    RawConnection(Socket socket, std::uint64_t number, const std::optional<TestIdentity>& tls);

    /// Waits for bytes, `room` of them at most. Errors: `cancelled` when no more will come, for whatever reason.
    asio::awaitable<Result<std::size_t>> read(char* into, std::size_t room);
    /// How many bytes the kernel took; fewer than given when the peer is gone. Waits for a slow reader as long as it takes.
    asio::awaitable<std::size_t> write(std::string_view bytes);
    /// Waits, but ends as soon as the peer closes or resets: true then. Bytes of the peer do not end it, and as long as any lie
    /// unread a close behind them is not seen.
    asio::awaitable<bool> gone_within(Clock::duration delay);
    /// Looks at the socket: the peer has closed its side or the connection broke.
    [[nodiscard]] bool gone();

    void close();  ///< an orderly end; what was written is still delivered
    void reset();  ///< an abort: the peer's next call fails

    [[nodiscard]] std::uint64_t number() const { return number_; }  ///< of its server, from 1
    [[nodiscard]] bool tls() const { return tls_.has_value(); }

private:
    asio::awaitable<Result<std::size_t>> read_socket(char* into, std::size_t room);
    asio::awaitable<std::size_t> write_socket(std::string_view bytes);
    asio::awaitable<Result<std::size_t>> read_tls(char* into, std::size_t room);
    asio::awaitable<std::size_t> write_tls(std::string bytes);
    void watch();
    bool read_ahead();

    Socket socket_;
    asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Executor> timer_;
    std::uint64_t number_;
    std::optional<TlsAcceptor> tls_;
    std::string plain_;  // decrypted and not yet read
    bool watching_{false}, gone_{false};
};
}  // namespace rondo::net
