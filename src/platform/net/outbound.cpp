#include "platform/net/outbound.hpp"

#include "platform/net/connection_pool.hpp"
#include "platform/net/outbound_head.hpp"
#include "platform/net/outbound_reply.hpp"

#include <boost/asio/this_coro.hpp>

namespace rondo::net {
Outbound::Outbound(asio::io_context& loop, Config config) : pool_{std::make_shared<ConnectionPool>(loop, std::move(config))} {}
Outbound::~Outbound() { pool_->close_idle(); }

const Url& Outbound::endpoint() const { return pool_->config().endpoint; }
Outbound::Stats Outbound::stats() const { return pool_->stats(); }

asio::awaitable<Result<Outbound::Stream>> Outbound::open(ClientRequest request, CallContext ctx) {
    const auto pool = pool_;  // the Outbound may go while we wait
    co_await asio::this_coro::throw_if_cancelled(false);
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) co_return fail(Code::cancelled, "caller gave up");
    if (ctx.deadline <= ctx.now()) co_return fail(Code::deadline_exceeded, "no time was left for the request");
    const auto head = render_head(request, pool->config().endpoint, pool->config().proxy.has_value(), pool->common_headers());
    if (!head) co_return propagate(head);
    auto lease = co_await pool->lease(ctx);
    if (!lease) co_return propagate(lease);
    auto reply = std::make_shared<OutboundReply>(std::move(*lease), request.method == Method::head, pool->config().max_body_bytes);
    const auto begun = co_await reply->begin(*head, request.body, ctx);
    if (!begun) co_return propagate(begun);
    co_return Stream{std::move(reply)};
}

Outbound::Stream::Stream(std::shared_ptr<OutboundReply> reply) : reply_{std::move(reply)} {}
Outbound::Stream::Stream(Stream&&) noexcept = default;
Outbound::Stream& Outbound::Stream::operator=(Stream&& other) noexcept {
    if (this != &other) {
        if (reply_) reply_->abandon();
        reply_ = std::move(other.reply_);
    }
    return *this;
}
Outbound::Stream::~Stream() {
    if (reply_) reply_->abandon();
}

const ClientResponse& Outbound::Stream::head() const { return reply_->head; }

asio::awaitable<Result<std::string>> Outbound::Stream::next(CallContext ctx) {
    const auto reply = reply_;  // the Stream may move or go while we wait
    co_return co_await reply->next(ctx.deadline);
}

asio::awaitable<Result<std::string>> Outbound::Stream::rest(std::size_t max_bytes, CallContext ctx) {
    const auto reply = reply_;
    std::string whole;
    for (;;) {
        auto piece = co_await reply->next(ctx.deadline);
        if (!piece) co_return propagate(piece);
        if (piece->empty()) co_return whole;
        if (whole.size() + piece->size() > max_bytes) {
            reply->abandon();
            co_return fail(Error{Code::resource_exhausted, "the reply is longer than our limit", {}, "REPLY_TOO_LARGE"});
        }
        if (whole.empty()) whole = std::move(*piece);
        else whole += *piece;
    }
}
}  // namespace rondo::net
