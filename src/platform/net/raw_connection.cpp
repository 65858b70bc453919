#include "platform/net/raw_connection.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <sys/socket.h>

namespace rondo::net {
namespace {
using ErrorCode = boost::system::error_code;
constexpr std::size_t kCiphertext = 16U << 10U;
constexpr std::size_t kReadAhead = 1U << 20U;

std::unexpected<Error> peer_left() { return fail(Code::cancelled, "the peer is gone"); }
bool would_block(const ErrorCode& ec) { return ec == asio::error::would_block || ec == asio::error::try_again; }
}  // namespace

RawConnection::RawConnection(Socket socket, std::uint64_t number, const std::optional<TestIdentity>& tls)
    : socket_{std::move(socket)}, timer_{socket_.get_executor()}, number_{number} {
    ErrorCode ignored;
    socket_.non_blocking(true, ignored);
    socket_.set_option(asio::ip::tcp::no_delay{true}, ignored);
    if (tls) tls_.emplace(*tls);
}

asio::awaitable<Result<std::size_t>> RawConnection::read(char* into, std::size_t room) {
    return tls_ ? read_tls(into, room) : read_socket(into, room);
}

asio::awaitable<std::size_t> RawConnection::write(std::string_view bytes) {
    return tls_ ? write_tls(std::string{bytes}) : write_socket(bytes);
}

asio::awaitable<Result<std::size_t>> RawConnection::read_socket(char* into, std::size_t room) {
    ErrorCode ec;
    const auto bytes = co_await socket_.async_read_some(asio::buffer(into, room), asio::redirect_error(asio::use_awaitable, ec));
    if (ec) {
        gone_ = true;
        co_return peer_left();
    }
    co_return bytes;
}

/// The kernel nearly always has room, so ask it before waiting.
asio::awaitable<std::size_t> RawConnection::write_socket(std::string_view bytes) {
    std::size_t sent = 0;
    while (sent < bytes.size() && !gone_) {
        ErrorCode ec;
        sent += socket_.write_some(asio::buffer(bytes.substr(sent)), ec);
        if (would_block(ec)) {
            ErrorCode waited;
            co_await socket_.async_wait(Socket::wait_write, asio::redirect_error(asio::use_awaitable, waited));
            if (waited) gone_ = true;
        } else if (ec) {
            gone_ = true;
        }
    }
    co_return sent;
}

asio::awaitable<Result<std::size_t>> RawConnection::read_tls(char* into, std::size_t room) {
    std::array<char, kCiphertext> bytes{};
    while (plain_.empty()) {
        if (tls_->closed()) co_return peer_left();
        const auto got = co_await read_socket(bytes.data(), bytes.size());
        if (!got) co_return propagate(got);
        const auto fine = tls_->receive({bytes.data(), *got}, plain_);
        co_await write_socket(tls_->take_outgoing());  // the handshake's answer, or the alert
        if (!fine) co_return propagate(fine);
    }
    const auto part = std::min(room, plain_.size());
    std::memcpy(into, plain_.data(), part);
    plain_.erase(0, part);
    co_return part;
}

asio::awaitable<std::size_t> RawConnection::write_tls(std::string bytes) {
    if (!tls_->send(bytes)) co_return 0;
    const std::string ciphertext = tls_->take_outgoing();
    const auto sent = co_await write_socket(ciphertext);
    co_return sent == ciphertext.size() ? bytes.size() : 0;
}

asio::awaitable<bool> RawConnection::gone_within(Clock::duration delay) {
    if (gone_) co_return true;
    timer_.expires_after(delay);
    watch();
    ErrorCode ignored;
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    co_return gone_;
}

/// One watch at a time; it stays from pause to pause, since arming one costs a system call.
void RawConnection::watch() {
    if (watching_) return;
    watching_ = true;
    socket_.async_wait(Socket::wait_read, [self = shared_from_this()](ErrorCode ec) {
        self->watching_ = false;
        if (ec || !self->gone()) return;  // bytes: they wait for read(), and nothing can be seen behind them
        self->timer_.cancel();
    });
}

bool RawConnection::gone() {
    if (gone_ || (tls_ && !read_ahead())) return gone_ = true;
    char byte = 0;
    const auto seen = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    gone_ = seen == 0 || (seen < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
    return gone_;
}

/// A peer inside TLS says goodbye in bytes, so they have to be read to see it.
bool RawConnection::read_ahead() {
    std::array<char, kCiphertext> bytes{};
    ErrorCode ec;
    while (plain_.size() < kReadAhead && !tls_->closed()) {
        const auto got = socket_.read_some(asio::buffer(bytes), ec);
        if (would_block(ec)) return true;
        if (ec || !tls_->receive({bytes.data(), got}, plain_)) return false;
    }
    return !tls_->closed();
}

void RawConnection::close() {
    ErrorCode ignored;
    gone_ = true;
    socket_.shutdown(Socket::shutdown_both, ignored);
    socket_.close(ignored);
}

void RawConnection::reset() {
    ErrorCode ignored;
    gone_ = true;
    socket_.set_option(asio::socket_base::linger{true, 0}, ignored);
    socket_.close(ignored);
}
}  // namespace rondo::net
