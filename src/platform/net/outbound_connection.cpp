#include "platform/net/outbound_connection.hpp"

#include "platform/net/tcp_acknowledged.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace rondo::net {
namespace {
using ErrorCode = boost::system::error_code;
constexpr int kMaxEagerReads = 16;
constexpr std::size_t kMaxInput = 256U << 10U;  // more than the longest head, which the parser refuses first

std::unexpected<Error> gone(const Transport& transport) {
    return fail(Error{Code::unavailable, "the connection broke: " + transport.why(), {}, "CONNECTION_CLOSED"});
}
}  // namespace

OutboundConnection::OutboundConnection(asio::io_context& loop) : socket_{loop}, timer_{loop}, input_{kMaxInput} {}

asio::awaitable<Status> OutboundConnection::send(std::string_view head, std::string_view body, TimePoint deadline) {
    request_from_ = sent();
    std::array<asio::const_buffer, 2> parts{asio::buffer(head), asio::buffer(body)};
    while (parts[0].size() + parts[1].size() > 0) {
        const auto step = transport_->write(parts);
        if (step.outcome == Transport::Outcome::moved) {
            const std::size_t of_head = std::min(step.bytes, parts[0].size());
            parts[0] += of_head;
            parts[1] += step.bytes - of_head;
            continue;
        }
        if (step.outcome == Transport::Outcome::ended || step.outcome == Transport::Outcome::failed) co_return gone(*transport_);
        const auto waited = co_await wait(step.outcome, deadline);
        if (!waited) co_return waited;
    }
    drained_ = !transport_->buffers();  // nobody answers before he was asked: asking the socket now would be in vain
    co_return Status{};
}

asio::awaitable<Result<bool>> OutboundConnection::receive(TimePoint deadline) {
    auto wanted = Transport::Outcome::wants_read;
    for (;;) {
        if (!drained_) {
            const auto space = input_.prepare();
            const auto step = transport_->read(space.data, space.bytes);
            if (step.outcome == Transport::Outcome::failed) co_return gone(*transport_);
            if (step.outcome == Transport::Outcome::ended) co_return false;
            if (step.outcome == Transport::Outcome::moved) {
                input_.commit(step.bytes);
                drained_ = step.bytes < space.bytes && !transport_->buffers();
                break;
            }
            wanted = step.outcome;
        }
        const auto waited = co_await wait(wanted, deadline);
        if (!waited) co_return propagate(waited);
        drained_ = false;
        eager_reads_ = 0;
    }
    if (++eager_reads_ >= kMaxEagerReads) {  // a peer faster than we must not starve the loop's other work
        eager_reads_ = 0;
        co_await asio::post(socket_.get_executor(), asio::use_awaitable);
        if (!transport_) co_return fail(Code::cancelled, "caller gave up");
    }
    co_return true;
}

/// Waits until the socket can do what the transport wants.
asio::awaitable<Status> OutboundConnection::wait(Transport::Outcome wanted, TimePoint deadline) {
    // Asio tells a cancellation once, to whatever waits at that moment: look whether it came before.
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none || !transport_) co_return fail(Code::cancelled, "caller gave up");
    arm(deadline);
    ErrorCode ec;
    waiting_ = true;
    const auto what = wanted == Transport::Outcome::wants_write ? Socket::wait_write : Socket::wait_read;
    co_await socket_.async_wait(what, asio::redirect_error(asio::use_awaitable, ec));
    waiting_ = false;
    co_return judge_wait(ec == asio::error::operation_aborted);
}

Status OutboundConnection::judge_wait(bool aborted) const {
    if (!aborted && socket_.is_open()) return {};
    if (expired_) return fail(Code::deadline_exceeded, "no answer before the deadline");
    return fail(Code::cancelled, "caller gave up");
}

void OutboundConnection::arm(TimePoint deadline) {
    deadline_ = deadline;
    expired_ = false;
    if (deadline >= armed_for_) return;
    armed_for_ = deadline;
    timer_.expires_at(deadline);
    timer_.async_wait([weak = weak_from_this()](ErrorCode ec) {
        const auto self = ec ? nullptr : weak.lock();
        if (self) self->on_timer();
    });
}

void OutboundConnection::on_timer() {
    armed_for_ = TimePoint::max();
    if (!waiting_) return;
    if (deadline_ > Clock::now()) {
        arm(deadline_);
        return;
    }
    expired_ = true;
    ErrorCode ignored;
    socket_.cancel(ignored);
}

bool OutboundConnection::usable() {
    char byte;
    return transport_ && input_.empty() && transport_->read(&byte, 1).outcome == Transport::Outcome::wants_read;
}

bool OutboundConnection::nothing_arrived() {
    const auto acknowledged = acknowledged_bytes(socket_.native_handle());
    // All that was sent before was answered, so acknowledged. A kernel that counts less does not count at all; one more byte may
    // be the handshake's, and no request is that short.
    return acknowledged && request_from_ > 0 && *acknowledged >= request_from_ && *acknowledged <= request_from_ + 1;
}

void OutboundConnection::close() {
    transport_.reset();
    ErrorCode ignored;
    socket_.close(ignored);
    timer_.cancel();
    armed_for_ = TimePoint::max();
}
}  // namespace rondo::net
