// The half of Connection that touches the socket: reading, writing and parting, in the clear or inside TLS.
#include "platform/net/connection.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace rondo::net {
using namespace std::chrono_literals;

namespace {
constexpr Clock::duration kLinger = 1s;
constexpr int kEagerWrites = 64;

bool not_yet(boost::system::error_code ec) { return ec == asio::error::would_block || ec == asio::error::try_again; }
}  // namespace

/// False: there will be no TLS session, and whoever meant plain HTTP has been told so.
asio::awaitable<bool> Connection::shake_hands() {
    limit_wait(Phase::idle, config().header_timeout);  // of the whole handshake; nothing is lost by closing it
    bool first = true;
    while (!gone_ && !worker_->draining()) {
        char byte = 0;
        ErrorCode ec;
        if (first && socket_.receive(asio::buffer(&byte, 1), Socket::message_peek, ec) == 1) {
            first = false;
            if (byte >= 'A' && byte <= 'Z') {
                tls_.reset();
                Error error{Code::invalid_argument, "this port speaks TLS; ask it with https://", {}, "TLS_REQUIRED"};
                co_return co_await refuse(std::move(error), false);
            }
        }
        const auto step = tls_->handshake();
        if (step.outcome == Transport::Outcome::moved) co_return true;
        ec = co_await wait(step.outcome);
        if (gone_ || !ec) continue;
        worker_->bad_handshakes.add();
        break;
    }
    co_return false;
}

asio::awaitable<Connection::ErrorCode> Connection::read_some(char* space, std::size_t bytes, std::size_t& got) {
    ErrorCode ec;
    if (!tls_) {
        got = co_await socket_.async_read_some(asio::buffer(space, bytes), asio::redirect_error(asio::use_awaitable, ec));
        eager_writes_ = 0;
    }
    while (tls_ && !ec) {
        const auto step = tls_->read(space, bytes);
        got = step.bytes;
        if (step.outcome == Transport::Outcome::moved) break;
        ec = co_await wait(step.outcome);
        if (gone_) ec = asio::error::operation_aborted;
    }
    worker_->bytes_in.add(got);
    co_return ec;
}

/// Takes what has arrived into `input_`, as far as it has room, without waiting. False: the peer has left.
bool Connection::read_now() {
    for (;;) {
        const auto space = input_.prepare();
        if (space.bytes == 0) return true;
        std::size_t got = 0;
        if (tls_) {
            const auto step = tls_->read(space.data, space.bytes);
            if (step.outcome == Transport::Outcome::ended || step.outcome == Transport::Outcome::failed) return false;
            if (step.outcome != Transport::Outcome::moved) return true;
            got = step.bytes;
        } else {
            ErrorCode ec;
            got = socket_.read_some(asio::buffer(space.data, space.bytes), ec);
            if (ec) return not_yet(ec);
        }
        input_.commit(got);
        worker_->bytes_in.add(got);
        if (!tls_ && got < space.bytes) return true;  // TLS may hold more than the socket shows
    }
}

/// The kernel nearly always has room, so ask it before waiting. True when all is sent or the peer is gone.
bool Connection::write_now(Buffers& buffers) {
    while (!gone_) {
        Transport::Step step{Transport::Outcome::moved};
        if (tls_) {
            step = tls_->write(buffers);
        } else {
            ErrorCode ec;
            step.bytes = socket_.write_some(buffers, ec);
            if (ec) step.outcome = not_yet(ec) ? Transport::Outcome::wants_write : Transport::Outcome::failed;
        }
        worker_->bytes_out.add(step.bytes);
        std::size_t sent = step.bytes, left = 0;
        for (auto& buffer : buffers) {
            const std::size_t part = std::min(sent, buffer.size());
            buffer += part;
            sent -= part;
            left += buffer.size();
        }
        if (left == 0) return true;
        if (step.outcome == Transport::Outcome::wants_write) return false;
        if (step.outcome != Transport::Outcome::moved) abort();
    }
    return true;
}

asio::awaitable<Status> Connection::write(Buffers buffers) {
    const Phase before = phase_;
    while (!write_now(buffers)) {
        limit_wait(Phase::writing, config().write_timeout);
        const auto ec = co_await wait(Transport::Outcome::wants_write);
        if (ec && !gone_) abort();
    }
    phase_ = before;
    deadline_ = TimePoint::max();
    if (gone_) co_return fail(Code::cancelled, "the peer is gone");
    if (++eager_writes_ >= kEagerWrites) {  // a reader as fast as we write must not keep the thread for itself
        eager_writes_ = 0;
        co_await asio::post(socket_.get_executor(), asio::use_awaitable);
    }
    co_return Status{};
}

/// Until the socket can do what the transport wants; what will never come is an error at once.
asio::awaitable<Connection::ErrorCode> Connection::wait(Transport::Outcome wanted) {
    if (wanted == Transport::Outcome::ended) co_return asio::error::eof;
    if (wanted == Transport::Outcome::failed) co_return asio::error::connection_aborted;
    const auto what = wanted == Transport::Outcome::wants_write ? Socket::wait_write : Socket::wait_read;
    ErrorCode ec;
    co_await socket_.async_wait(what, asio::redirect_error(asio::use_awaitable, ec));
    eager_writes_ = 0;
    co_return ec;
}

/// Closing with bytes unread would reset the connection and could take our answer out of the peer's hands.
asio::awaitable<void> Connection::linger() {
    tls_.reset();  // says goodbye; what still comes means nothing
    ErrorCode ec;
    socket_.shutdown(Socket::shutdown_send, ec);
    limit_wait(Phase::lingering, kLinger);
    std::array<char, 4096> waste;
    std::size_t wasted = 0;
    while (!ec && !gone_) ec = co_await read_some(waste.data(), waste.size(), wasted);
}
}  // namespace rondo::net
