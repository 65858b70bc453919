#include "platform/net/web_socket_session.hpp"

#include "platform/net/connection.hpp"
#include "platform/net/web_socket_deflate.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cassert>
#include <tuple>
#include <utility>

namespace rondo::net {
using namespace std::chrono_literals;

namespace {
constexpr Clock::duration kAnswerWait = 1s;           // for the peer's close frame
constexpr std::size_t kCopied = 16U << 10U;           // up to here one copy is cheaper than a second buffer for the kernel
constexpr std::size_t kSlice = 64U << 10U;            // written before senders hear of it
constexpr int kEagerSends = 64;
constexpr std::uint16_t kNormal = 1000, kPolicy = 1008, kFailed = 1011, kRestart = 1012, kSilent = 4408;

std::unexpected<Error> ended() { return fail(Code::cancelled, "the WebSocket has ended"); }
}  // namespace

WebSocketSession::WebSocketSession(Connection& connection, Options options, int window_bits)
    : connection_{connection},
      options_{std::move(options)},
      window_bits_{window_bits},
      reader_{{.max_message = options_.max_message, .deflate = window_bits > 0}},
      heard_{Clock::now()} {}

bool WebSocketSession::gone() const { return connection_.gone_; }

asio::awaitable<Result<WebSocket::Message>> WebSocketSession::receive() {
    using Heard = WebSocketReader::Heard;
    co_await asio::this_coro::throw_if_cancelled(false);
    InputBuffer& input = connection_.input_;
    while (!over_ && !gone()) {
        auto bytes = input.bytes();
        const std::size_t waiting = bytes.size();
        const Heard heard = reader_.feed(bytes);
        input.consume(waiting - bytes.size());
        if (heard == Heard::message && !close_sent_) co_return reader_.take_message();
        heed(heard);
        if (heard != Heard::nothing) continue;

        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none) co_return fail(Code::cancelled, "caller gave up");
        if (std::exchange(quiet_, false)) release_memory();
        const auto space = input.prepare();
        std::size_t got = 0;
        reading_ = true;
        const auto ec = co_await connection_.read_some(space.data, space.bytes, got);
        reading_ = false;
        if (gone()) break;
        if (ec == asio::error::operation_aborted) co_return fail(Code::cancelled, "caller gave up");
        if (ec) {
            connection_.abort();
            break;
        }
        input.commit(got);
        heard_ = Clock::now();
        quiet_ = std::exchange(awaits_pong_, false);
    }
    while (flushing_ && !gone()) {
        if (const auto waited = co_await room(); !waited) break;
    }
    co_return ended();
}

void WebSocketSession::heed(WebSocketReader::Heard heard) {
    using Heard = WebSocketReader::Heard;
    switch (heard) {
        case Heard::nothing:
        case Heard::pong: return;
        case Heard::message: std::ignore = reader_.take_message(); return;  // we are closing
        case Heard::ping: return answer_ping(reader_.control());
        case Heard::close:
        case Heard::violation: break;
    }
    over_ = true;
    if (close_sent_) return;
    closing_ = reader_.closing();
    // A code is enough of an answer; whoever broke the rules is told which.
    begin_close(closing_.code, closing_.by_peer ? std::string_view{} : closing_.reason);
}

/// A peer that pings and does not read gets one answer for all, as RFC 6455 (5.5.3) allows.
void WebSocketSession::answer_ping(std::string_view payload) {
    if (close_sent_) return;
    if (unsent() > low()) {
        late_pong_ = payload;
    } else {
        put(Opcode::pong, payload, false);
    }
}

asio::awaitable<Status> WebSocketSession::send(Kind kind, std::string_view data) {
    co_await asio::this_coro::throw_if_cancelled(false);
    if (close_sent_ || gone()) co_return ended();
    // One message of any size is taken while little waits, so whoever sends alone and waits is never cut off.
    if (unsent() > low() && unsent() + data.size() > options_.max_unsent) {
        close(kPolicy, "too much waits to be read");
        co_return ended();
    }
    const Opcode opcode = kind == Kind::text ? Opcode::text : Opcode::binary;
    std::string packed;
    const bool compressed = window_bits_ > 0 && data.size() >= options_.deflate_from && data.size() <= kDeflateAtMost &&
                            deflate_message(data, window_bits_, packed);
    put(opcode, compressed ? std::string_view{packed} : data, compressed);
    if (++eager_sends_ >= kEagerSends) {  // a reader as fast as we write must not keep the thread for itself
        eager_sends_ = 0;
        co_await asio::post(connection_.socket_.get_executor(), asio::use_awaitable);
    }
    while (unsent() > low() && !close_sent_ && !gone()) {
        if (const auto waited = co_await room(); !waited) co_return waited;
    }
    if (close_sent_ || gone()) co_return ended();
    co_return Status{};
}

void WebSocketSession::close(std::uint16_t code, std::string_view reason) {
    assert(valid_close_code(code));
    if (close_sent_ || gone()) return;
    closing_ = {.code = code, .reason = std::string{reason}, .by_peer = false};
    begin_close(code, reason);
}

void WebSocketSession::begin_close(std::uint16_t code, std::string_view reason) {
    close_sent_ = true;
    late_pong_.reset();
    close_by_ = Clock::now() + connection_.config().write_timeout;  // for all that is queued, however little the peer takes at a time
    append_close_frame(queue_, code, reason);
    push();
    if (moved_) moved_->notify();
}

void WebSocketSession::put(Opcode opcode, std::string_view payload, bool compressed) {
    append_frame_head(queue_, opcode, payload.size(), compressed);
    if (flushing_ || payload.size() <= kCopied) {
        queue_.append(payload);
        return push();
    }
    // What the kernel takes at once is never copied.
    Connection::Buffers buffers{asio::buffer(queue_), asio::buffer(payload)};
    const bool all = connection_.write_now(buffers);
    queue_.erase(0, queue_.size() - buffers[0].size());
    if (all) return after_write();
    queue_.append(static_cast<const char*>(buffers[1].data()), buffers[1].size());
    flush_later();
}

/// Gives the queue to the kernel, or to the flush.
void WebSocketSession::push() {
    if (flushing_ || gone()) return;
    Connection::Buffers buffers{asio::buffer(queue_)};
    const bool all = connection_.write_now(buffers);
    queue_.erase(0, queue_.size() - buffers[0].size());
    if (all) return after_write();
    flush_later();
}

void WebSocketSession::flush_later() {
    flushing_ = true;
    auto kept = connection_.shared_from_this();
    asio::co_spawn(connection_.worker_->context(), flush(), [kept = std::move(kept)](const std::exception_ptr&) {});
}

asio::awaitable<void> WebSocketSession::flush() {
    while (!queue_.empty() && !gone()) {
        writing_.swap(queue_);
        while (written_ < writing_.size() && !gone()) {
            const auto slice = std::string_view{writing_}.substr(written_, kSlice);
            const Connection::Buffers buffers{asio::buffer(slice)};
            if (const auto sent = co_await connection_.write(buffers); !sent) break;
            written_ += slice.size();
            after_write();
        }
        writing_.clear();
        written_ = 0;
    }
    flushing_ = false;
    after_write();
}

void WebSocketSession::after_write() {
    if (unsent() <= low() && late_pong_ && !gone()) {
        append_frame(queue_, Opcode::pong, *std::exchange(late_pong_, std::nullopt));
        if (!flushing_) return push();
    }
    if (close_sent_ && unsent() == 0) close_by_ = Clock::now() + kAnswerWait;
    if (moved_) moved_->notify();
}

/// Until something of what waits was taken, or nothing will be.
asio::awaitable<Status> WebSocketSession::room() {
    if (!moved_) moved_.emplace(connection_.socket_.get_executor());
    co_return co_await moved_->wait();
}

void WebSocketSession::check_time(TimePoint now) {
    if (close_sent_) {
        const bool done = over_ && !flushing_;  // what is left to do is the handler's
        if (!done && now >= close_by_) connection_.abort();
        return;
    }
    if (options_.heartbeat <= 0ms) return;
    if (!reading_) {  // a peer that is not listened to is not silent
        heard_ = now;
        awaits_pong_ = false;
    } else if (awaits_pong_) {
        if (now - pinged_ >= options_.heartbeat) close(kSilent, "no sign of life");
    } else if (now - heard_ >= options_.heartbeat) {
        awaits_pong_ = true;
        pinged_ = now;
        put(Opcode::ping, {}, false);
    }
}

void WebSocketSession::drain() {
    if (std::exchange(drained_, true)) return;
    if (!options_.on_drain) return close(kRestart, "the server restarts; connect again");
    options_.on_drain();
}

void WebSocketSession::broken() {
    if (moved_) moved_->notify();
}

asio::awaitable<void> WebSocketSession::finish(bool failed) {
    close(failed ? kFailed : kNormal, failed ? "the server failed; the fault is ours" : "");
    while (const auto late = co_await receive()) {}
}

/// After a silence a connection keeps little.
void WebSocketSession::release_memory() {
    connection_.input_.release();
    if (flushing_) return;
    queue_ = {};
    writing_ = {};
}
}  // namespace rondo::net
