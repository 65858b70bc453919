#include "base/async/within.hpp"
#include "edge/gateway/wire/connection.hpp"
#include "edge/gateway/wire/event_frames.hpp"
#include "engine/ledger/subject.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <utility>

namespace rondo::gateway::wire {
namespace {
/// A cancellation that meets no wait is lost, so it is told again this often.
constexpr std::chrono::milliseconds kCancelAgain{50};

const v1::Ended* ended_of(const Frame& frame) {
    if (frame.has_completed()) return &frame.completed();
    return frame.has_failed() ? &frame.failed() : nullptr;
}
}  // namespace

asio::awaitable<void> Connection::stop_feed() {
    const auto feed = feed_;
    if (!feed) co_return;
    while (!feed->ended) {
        feed->cancel.emit(asio::cancellation_type::terminal);
        if (!feed->ended) co_await within(CallContext{}.within(kCancelAgain), changed_.wait());
    }
    feed_.reset();
}

asio::awaitable<void> Connection::tell(Self self, std::shared_ptr<Feed> feed) {
    co_await asio::this_coro::throw_if_cancelled(false);
    const auto told = co_await self->tell_all(*feed);
    feed->ended = true;
    feed->place = {};
    self->changed_.notify();
    if (told) {
        self->running_ = 0;
        co_await self->tell_state(v1::Status::DELETED);
        self->leave_when_idle();
    } else if (told.error().code != Code::cancelled) {
        self->close(1011, "the session's events cannot be read; try again");
    }
}

/// Until the session is gone. Errors: `cancelled`, the store's.
asio::awaitable<Status> Connection::tell_all(Feed& feed) {
    Coalescer pace{{.window = parts_.config.delta_window, .tokens = parts_.config.delta_tokens}};
    std::uint64_t joined = 0;
    std::vector<Frame> out;
    for (;;) {
        CallContext until;
        if (const auto due = pace.due()) until.deadline = *due;
        const auto events = co_await within(until, parts_.backend.turns.next(*feed.subscription));
        const auto now = Clock::now();
        Told told;
        if (events) {
            if (events->empty()) co_return Status{};
            for (const auto& event : *events) {
                if (const auto taken = take(event, now, pace, out, told); !taken) co_return taken;
            }
        } else if (events.error().code == Code::deadline_exceeded) {
            pace.flush(now, out);
        } else {
            co_return propagate(events);
        }
        if (const auto more = pace.joined() - std::exchange(joined, pace.joined()); more > 0) parts_.hub.joined(more);
        for (Frame& frame : out) {
            const auto sent = co_await send_event(std::move(frame));
            if (!sent) co_return sent;
        }
        out.clear();
        const auto concluded = co_await conclude(std::move(told));
        if (!concluded) co_return concluded;
    }
}

Status Connection::take(const turn::SessionEvent& event, TimePoint now, Coalescer& pace, std::vector<Frame>& out, Told& told) {
    auto frame = event_frame(event.type, *event.data, event.turn);
    if (!frame) return propagate(frame);
    frame->set_epoch(static_cast<std::uint32_t>(event.place.epoch));
    frame->set_seq(static_cast<std::uint32_t>(event.place.seq));
    note(*frame, told);
    if (redacted_ && !redact(*frame)) return {};
    if (frame->has_delta()) {
        pace.push(std::move(*frame), now, out);
        return {};
    }
    pace.flush(now, out);
    out.push_back(std::move(*frame));
    return {};
}

/// Keeps in mind what an event says of the session.
void Connection::note(Frame& frame, Told& told) {
    if (frame.has_accepted()) {
        running_ = std::max(running_, frame.accepted().turn_number());
        const auto own = std::ranges::find(own_, frame.accepted().message_id());
        if (own != own_.end()) {
            own_.erase(own);
            frame.mutable_accepted()->clear_user_message();
        }
    } else if (frame.has_restarted()) {
        running_ = std::max(running_, frame.restarted().turn_number());
    } else if (const auto* end = ended_of(frame)) {
        ended_ = std::max(ended_, end->turn_number());
        if (running_ <= end->turn_number()) running_ = 0;
        told.ended = *end;
    }
}

asio::awaitable<Status> Connection::send_event(Frame frame) {
    const std::uint32_t seq = frame.seq(), epoch = frame.epoch();
    if (epoch_ == epoch) frame.clear_epoch();
    epoch_ = epoch;
    if (!probe_) probe_ = Probe{seq, Clock::now()};
    co_return co_await send(std::move(frame));
}

/// After a batch of events: what they cost, whether a turn still runs.
asio::awaitable<Status> Connection::conclude(Told told) {
    if (told.ended && owner_ == parts_.caller.who.scope.user.value) {
        const auto sent = co_await tell_usage(std::move(*told.ended));
        if (!sent) co_return sent;
    }
    if (std::exchange(told_running_, running_) != running_) {
        auto state = v1::Status::IDLE;
        if (running_ != 0) state = v1::Status::RUNNING;
        const auto sent = co_await tell_state(state);
        if (!sent) co_return sent;
    }
    leave_when_idle();
    co_return Status{};
}

asio::awaitable<Status> Connection::tell_usage(v1::Ended ended) {
    const CallContext ctx = parts_.context(parts_.caller, {});
    const auto payer = ledger::spender_of(ctx, session_.value).scope.user;
    const auto reports = co_await parts_.backend.operations.ledger.report({ledger::SubjectKind::user, ctx.scope.tenant, payer.value});
    Frame frame;
    auto& usage = *frame.mutable_usage();
    usage.set_turn_number(ended.turn_number());
    usage.set_input_tokens(ended.input_tokens());
    usage.set_output_tokens(ended.output_tokens());
    usage.set_cost_micros(ended.cost_micros());
    if (reports) {
        const auto& day = reports->front();
        usage.set_used_micros(day.used.micros);
        if (day.limit) usage.set_limit_micros(day.limit->micros);
        usage.set_resets_at(iso8601(day.resets_at));
    }
    co_return co_await send(std::move(frame));
}

asio::awaitable<Status> Connection::tell_state(v1::Status::State state) {
    Frame frame;
    frame.mutable_status()->set_state(state);
    frame.mutable_status()->set_running_turn(running_);
    co_return co_await send(std::move(frame));
}

asio::awaitable<Status> Connection::send(Frame frame) {
    if (!socket_) co_return fail(Code::cancelled, "the connection has ended");
    const auto message = dialect_->write(frame);
    if (!message) co_return Status{};
    meter_.frames_out.add();
    meter_.bytes_out.add(static_cast<double>(message->data.size()));
    ++sending_;
    const auto sent = co_await socket_->send(message->kind, message->data);
    --sending_;
    changed_.notify();
    co_return sent;
}

asio::awaitable<Status> Connection::refuse(std::uint32_t id, Error error) {
    Frame frame;
    frame.set_id(id);
    *frame.mutable_refused()->mutable_error() = wire_error(error);
    co_return co_await send(std::move(frame));
}

asio::awaitable<void> Connection::say(Self self, Frame frame) { co_await self->send(std::move(frame)); }

asio::awaitable<void> Connection::leave(Self self) {
    co_await self->tell_state(v1::Status::DRAINING);
    self->leave_when_idle();
}

void Connection::leave_when_idle() {
    if (draining_ && running_ == 0 && commands_ == 0) close(1012, "the server restarts; connect again and resume");
}
}  // namespace rondo::gateway::wire
