#include "platform/net/outbound_reply.hpp"

#include "platform/net/outbound_connection.hpp"

#include <boost/asio/this_coro.hpp>

#include <utility>

namespace rondo::net {
namespace {
Error unavailable(std::string message, const char* reason) { return {Code::unavailable, std::move(message), {}, reason}; }
}  // namespace

OutboundReply::OutboundReply(ConnectionPool::Lease lease, bool to_head, std::size_t max_body_bytes)
    : lease_{std::move(lease)}, parser_{to_head, max_body_bytes}, body_left_{max_body_bytes} {}

asio::awaitable<Status> OutboundReply::begin(std::string_view request_head, std::string_view body, CallContext ctx) {
    auto begun = co_await attempt(request_head, body, ctx.deadline);
    if (!begun && never_arrived(begun.error())) {
        begun = co_await lease_.renew(ctx);
        if (begun) begun = co_await attempt(request_head, body, ctx.deadline);
    }
    co_return begun;
}

asio::awaitable<Status> OutboundReply::attempt(std::string_view request_head, std::string_view body, TimePoint deadline) {
    const auto sent = co_await lease_->send(request_head, body, deadline);
    // A peer that refuses early may have answered and closed while we were sending: what it said is worth reading.
    if (!sent && sent.error().code != Code::unavailable) co_return sent;
    while (!parser_.head_done()) {
        const auto more = co_await read(deadline);
        // A fault behind the head, however the bytes were cut, is for `next` to tell.
        if (!more && !parser_.head_done()) co_return more;
    }
    co_return take_head();
}

bool OutboundReply::never_arrived(const Error& error) const {
    return lease_.reused() && !answered_ && error.code == Code::unavailable && lease_->nothing_arrived();
}

/// One read and what it means.
asio::awaitable<Status> OutboundReply::read(TimePoint deadline) {
    const auto more = co_await lease_->receive(deadline);
    if (!more && more.error().code != Code::unavailable) co_return propagate(more);
    if (!more && parser_.head_done()) co_return fail(unavailable("the reply was cut: " + more.error().message, "REPLY_CUT"));
    if (!more) co_return fail(unavailable("no reply: " + more.error().message, "CONNECTION_CLOSED"));
    if (!*more) co_return take_end();
    answered_ = true;
    co_return understand();
}

Status OutboundReply::understand() {
    InputBuffer& input = lease_->input();
    const std::size_t before = parser_.response().body.size();
    const auto used = parser_.feed(input.bytes());
    const std::size_t got = parser_.response().body.size() - before;
    if (!used || got > body_left_) {
        const bool too_long = used || used.error().code == Code::resource_exhausted;
        if (too_long) parser_.response().body.clear();
        return end_with(too_long ? Error{Code::resource_exhausted, "the reply is longer than our limit", {}, "REPLY_TOO_LARGE"}
                                 : unavailable(used.error().message, "REPLY_MALFORMED"));
    }
    input.consume(*used);
    body_left_ -= got;
    if (parser_.done()) {
        finished_ = true;
        // Bytes nobody asked for cannot be trusted to be a reply.
        if (parser_.keep_alive() && input.empty()) lease_.give_back();
        else lease_.discard();
    }
    return {};
}

/// The peer closed in order: the end of some bodies, a cut for all others.
Status OutboundReply::take_end() {
    const auto whole = parser_.finish();
    if (!whole && parser_.head_done()) return fail(unavailable("the reply was cut: " + whole.error().message, "REPLY_CUT"));
    if (!whole) return fail(unavailable("the peer closed the connection without a reply", "CONNECTION_CLOSED"));
    finished_ = true;
    lease_.discard();
    return {};
}

Status OutboundReply::take_head() {
    head.status = parser_.response().status;
    head.headers = std::move(parser_.response().headers);
    const auto encoding = head.header("Content-Encoding");
    if (!encoding.empty() && !same_word(encoding, "identity")) {
        return fail(unavailable("the reply is encoded as " + std::string{encoding.substr(0, 40)} + ", though we asked for none",
                                "ENCODING_REFUSED"));
    }
    return {};
}

asio::awaitable<Result<std::string>> OutboundReply::next(TimePoint deadline) {
    co_await asio::this_coro::throw_if_cancelled(false);
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) co_return end_with({Code::cancelled, "caller gave up"});
    while (parser_.response().body.empty()) {
        if (failed_) co_return fail(*failed_);
        if (finished_) break;
        auto more = co_await read(deadline);
        if (!more && !failed_) co_return end_with(std::move(more.error()));  // pieces that came with a fault go first
    }
    co_return std::exchange(parser_.response().body, {});
}

std::unexpected<Error> OutboundReply::end_with(Error error) {
    lease_.discard();
    failed_ = std::move(error);
    return fail(*failed_);
}

void OutboundReply::abandon() { lease_.discard(); }
}  // namespace rondo::net
