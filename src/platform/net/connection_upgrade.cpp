// How a Connection becomes a WebSocket.
#include "platform/net/connection.hpp"
#include "platform/net/problem.hpp"
#include "platform/net/web_socket_handshake.hpp"
#include "platform/net/web_socket_offer.hpp"

namespace rondo::net {
asio::awaitable<Result<WebSocket*>> Connection::upgrade(WebSocket::Options options) {
    if (answered_) co_return fail(Code::failed_precondition, "the request is already answered");
    auto handshake = check_handshake(request(), parser_.chunks_understood());
    if (!handshake) {
        auto response = refusal(handshake.error());
        if (response.status == 426) {
            set_header(response, "Sec-WebSocket-Version", "13");
            set_header(response, "Upgrade", "websocket");
            set_header(response, "Connection", "Upgrade");
        }
        const auto refused = co_await respond(std::move(response));
        if (!refused) co_return propagate(refused);
        co_return propagate(handshake);
    }
    answered_ = close_after_ = true;
    stop_watching();
    const auto deflate = options.deflate ? accept_deflate(handshake->offers) : std::nullopt;
    Response response{.status = 101, .content_type = {}};
    response.headers = {{"Upgrade", "websocket"}, {"Connection", "Upgrade"}, {"Sec-WebSocket-Accept", std::move(handshake->accept)}};
    if (!options.protocol.empty()) response.headers.push_back({"Sec-WebSocket-Protocol", options.protocol});
    if (deflate) response.headers.push_back({"Sec-WebSocket-Extensions", deflate->answer});
    add_extra_headers(response);
    head_.clear();
    append_response_head(head_, response, Framing::length, 0, false);
    const Buffers buffers{asio::buffer(head_)};
    const auto sent = co_await write(buffers);
    if (!sent) co_return propagate(sent);
    head_ = {};
    web_socket_ = std::make_unique<WebSocketSession>(*this, std::move(options), deflate ? deflate->window_bits : 0);
    if (worker_->ending() || worker_->agent()) web_socket_->drain();
    co_return web_socket_.get();
}
}  // namespace rondo::net
