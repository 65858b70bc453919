// The streaming half of Connection: sending events while watching for the peer's departure.
#include "platform/net/connection.hpp"
#include "platform/net/sse.hpp"

#include <charconv>

namespace rondo::net {
asio::awaitable<Result<EventStream*>> Connection::stream(Response head) {
    if (answered_) co_return fail(Code::failed_precondition, "the request is already answered");
    answered_ = true;
    chunked_ = parser_.chunks_understood();
    if (!chunked_ || last_answer() || !request().keep_alive) close_after_ = true;
    head.content_type = "text/event-stream";
    head.headers.push_back({"Cache-Control", "no-store"});
    head.headers.push_back({"X-Accel-Buffering", "no"});
    add_extra_headers(head);
    head_.clear();
    append_response_head(head_, head, chunked_ ? Framing::chunked : Framing::until_close, 0, close_after_);
    const Buffers buffers{asio::buffer(head_)};
    const auto sent = co_await write(buffers);
    if (!sent) co_return propagate(sent);
    if (request().method == Method::head) co_return fail(Code::cancelled, "HEAD has no events");
    streaming_ = true;
    watch_peer();
    co_return &events_;
}

bool Connection::peer_gone() {
    if (!gone_ && !streaming_ && !web_socket_ && !read_now()) gone_ = true;
    return gone_;
}

/// Waits for the socket to become readable, which a peer that only listens makes happen by leaving.
void Connection::watch_peer() {
    if (web_socket_) return;  // its receive() looks
    if (watch_ % 2 == 0) ++watch_;
    socket_.async_wait(Socket::wait_read, [self = shared_from_this(), watch = watch_](ErrorCode ec) {
        if (!ec && watch == self->watch_ && !self->gone_) self->on_readable();
    });
}

void Connection::on_readable() {
    if (input_.prepare().bytes == 0) return;  // a peer that sends that much ahead is alive; stop looking
    if (!read_now()) return abort();
    watch_peer();
}

void Connection::stop_watching() {
    if (watch_ % 2 == 0) return;
    ++watch_;
    ErrorCode ignored;
    socket_.cancel(ignored);  // nothing else is pending on the socket between two sends
}

asio::awaitable<Status> Connection::Events::send(std::string_view id, std::string_view event, std::string_view data) {
    co_return co_await send_raw(sse_frame(id, event, data));
}

asio::awaitable<Status> Connection::Events::comment(std::string_view text) { co_return co_await send_raw(sse_comment(text)); }

asio::awaitable<Status> Connection::Events::send_raw(std::string frames) {
    if (connection_.gone_ || !connection_.streaming_) co_return fail(Code::cancelled, "the stream has ended");
    if (frames.empty()) co_return Status{};  // an empty chunk would end the stream
    Buffers buffers{asio::const_buffer{}, asio::buffer(frames), asio::const_buffer{}};
    char size[20];
    if (connection_.chunked_) {
        char* end = std::to_chars(size, size + 16, frames.size(), 16).ptr;
        *end++ = '\r';
        *end++ = '\n';
        buffers[0] = asio::buffer(size, static_cast<std::size_t>(end - size));
        buffers[2] = asio::buffer(std::string_view{"\r\n"});
    }
    co_return co_await connection_.write(buffers);
}

asio::awaitable<void> Connection::Events::finish() {
    if (!connection_.streaming_) co_return;
    connection_.streaming_ = false;
    connection_.stop_watching();
    if (connection_.gone_ || !connection_.chunked_) co_return;
    const Buffers last{asio::buffer(std::string_view{"0\r\n\r\n"})};
    co_await connection_.write(last);
}
}  // namespace rondo::net
