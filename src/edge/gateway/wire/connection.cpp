#include "edge/gateway/wire/connection.hpp"

#include "base/json_reader.hpp"
#include "base/rng.hpp"
#include "edge/gateway/codec.hpp"
#include "edge/gateway/handlers.hpp"
#include "edge/gateway/wire/commands.hpp"
#include "edge/gateway/wire/event_frames.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace rondo::gateway::wire {
namespace {
/// So many commands in a row beyond the rate: whoever goes on after that does not listen.
constexpr int kMostRefused = 32;
/// What a close frame holds besides its code.
constexpr std::size_t kMostReason = 123;

/// Only the server says these.
bool of_server(const Frame& frame) {
    switch (frame.body_case()) {
        case Frame::BODY_NOT_SET:
        case Frame::kPing:
        case Frame::kPong:
        case Frame::kAck:
        case Frame::kStartTurn:
        case Frame::kStop:
        case Frame::kRegenerate:
        case Frame::kEdit:
        case Frame::kRate:
        case Frame::kResume: return false;
        default: return true;
    }
}
}  // namespace

Connection::Connection(Parts parts)
    : parts_{std::move(parts)},
      meter_{parts_.hub.meter(parts_.protocol)},
      dialect_{make_dialect(parts_.protocol)},
      changed_{parts_.executor} {}

asio::awaitable<void> Connection::run(net::WebSocket& socket, std::optional<Place> first) {
    co_await asio::this_coro::throw_if_cancelled(false);
    socket_ = &socket;
    meter_.connections.add(1);
    if (draining_) leave_when_idle();
    if (first) {
        const auto done = co_await bind(std::move(*first), 0);
        if (!done) co_await refuse(0, done.error());
    }
    for (;;) {
        const auto message = co_await socket.receive();
        if (!message) break;
        meter_.frames_in.add();
        meter_.bytes_in.add(static_cast<double>(message->data.size()));
        co_await hear(*message);
    }
    // From here on we are needed until all that uses the socket has let go of it, whoever cancels us.
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    socket_ = nullptr;
    co_await stop_feed();
    while (sending_ > 0) co_await changed_.wait();
    meter_.connections.add(-1);
    parts_.hub.closed(socket.closing().code);
}

asio::awaitable<void> Connection::hear(const net::WebSocket::Message& message) {
    auto asked = dialect_->read(message);
    if (!asked) co_return close(4400, asked.error().message);
    if (of_server(asked->command)) co_return close(4400, "only the server sends such a frame; see docs/protocol.md");
    const std::uint32_t id = asked->command.id();
    switch (asked->command.body_case()) {
        case Frame::kPing: {
            Frame pong;
            pong.set_id(id);
            pong.mutable_pong();
            co_await send(std::move(pong));
            co_return;
        }
        case Frame::kPong: co_return;
        case Frame::kAck: co_return acknowledge(asked->command.ack().seq());
        case Frame::BODY_NOT_SET:
            if (id == 0) co_return;
            co_await refuse(id, {.code = Code::unimplemented, .message = "this server knows no such command", .reason = "UNKNOWN_COMMAND"});
            co_return;
        default: co_return co_await obey(std::move(*asked));
    }
}

asio::awaitable<void> Connection::obey(Asked asked) {
    const std::uint32_t id = asked.command.id();
    std::optional<Error> refusal;
    if (!admit(refusal)) {
        if (refusal) co_await refuse(id, std::move(*refusal));
        co_return;
    }
    if (asked.command.has_resume()) {
        const auto& wanted = asked.command.resume();
        Place place{SessionId{wanted.session_id()}, {}};
        if (wanted.epoch() != 0 || wanted.last_seq() != 0) place.after = store::EventId{wanted.epoch(), wanted.last_seq()};
        const auto done = co_await bind(std::move(place), id);
        if (!done) co_await refuse(id, done.error());
        co_return;
    }
    if (asked.session) {
        const auto done = co_await bind_or_create(std::move(*asked.session));
        if (!done) co_return static_cast<void>(co_await refuse(id, done.error()));
    }
    if (!bound()) {
        co_await refuse(id, {.code = Code::failed_precondition,
                             .message = "this connection is bound to no session; send `resume` with a session_id first",
                             .reason = "NO_SESSION"});
        co_return;
    }
    if (commands_ >= parts_.config.commands_in_flight) {
        co_await refuse(id, {.code = Code::resource_exhausted,
                             .message = "too many commands of this connection are being worked on; wait for their answers",
                             .reason = "TOO_MANY_COMMANDS"});
        co_return;
    }
    auto place = parts_.begin_work(message_id_of(asked.command) ? net::Priority::fresh : net::Priority::ongoing);
    if (!place) co_return static_cast<void>(co_await refuse(id, place.error()));
    ++commands_;
    const CallContext ctx = parts_.context(parts_.caller, trace_of(asked.command));
    parts_.gate.audit(parts_.caller, route_of(asked.command), "/api/v1/sessions/" + session_.value, ctx.trace);
    asio::co_spawn(parts_.executor, perform(shared_from_this(), std::move(asked.command), ctx, std::move(*place)), asio::detached);
}

/// Asks again whether the caller may do one more thing: keys are revoked, tokens expire, rates are exceeded. False: it may not; the
/// connection is closed then, or `refusal` says why.
bool Connection::admit(std::optional<Error>& refusal) {
    const auto still = parts_.gate.admit_again(parts_.caller.who);
    if (still) {
        refused_in_a_row_ = 0;
        return true;
    }
    if (still.error().code == Code::unauthenticated) {
        close(4401, still.error().message);
        return false;
    }
    if (++refused_in_a_row_ > kMostRefused) close(4429, "the key's limit is reached, and commands come all the same");
    else refusal = still.error();
    return false;
}

asio::awaitable<Status> Connection::bind(Place place, std::uint32_t id) {
    CallContext ctx = parts_.context(parts_.caller, {});
    // What is said in others' sessions some may see redacted, as in the list of messages; what they change there, nobody.
    const Caller reader{parts_.caller.who, {guard::Resource::sessions, guard::Action::read}};
    ctx.reach = reader.reach();
    const auto session = co_await parts_.backend.turns.session(ctx, place.session);
    auto refused = [this](const Error& error) {
        parts_.hub.resumed(false);
        return fail(error);
    };
    if (!session) co_return refused(session.error());
    auto seat = parts_.hub.enter("session\n" + ctx.scope.tenant.value + '\n' + place.session.value, parts_.config.connections_per_session);
    if (!seat) {
        co_return refused({.code = Code::resource_exhausted,
                           .message = "too many connections are bound to this session; close one of them",
                           .reason = "TOO_MANY_CONNECTIONS"});
    }
    auto subscription = co_await parts_.backend.turns.subscribe(ctx, place.session, place.after);
    if (!subscription) co_return refused(subscription.error());
    co_await stop_feed();
    session_ = place.session;
    owner_ = session->created.user;
    redacted_ = reader.redacts(owner_);
    epoch_ = ended_ = 0;
    running_ = told_running_ = static_cast<std::uint32_t>((*subscription)->running_turn());
    probe_.reset();
    parts_.hub.resumed(true);

    const auto begun = (*subscription)->place();
    Frame frame;
    frame.set_id(id);
    auto& welcome = *frame.mutable_welcome();
    welcome.set_session_id(session_.value);
    welcome.set_user_id(owner_);
    welcome.set_epoch(static_cast<std::uint32_t>(begun.epoch));
    welcome.set_last_seq(static_cast<std::uint32_t>(begun.seq));
    welcome.set_running_turn(running_);
    welcome.set_heartbeat_ms(static_cast<std::uint32_t>(parts_.config.heartbeat.count()));
    welcome.set_version(parts_.backend.version);
    const auto sent = co_await send(std::move(frame));
    if (!sent) co_return Status{};  // nobody is there to be refused anything

    feed_ = std::make_shared<Feed>();
    feed_->subscription = std::move(*subscription);
    feed_->place = std::move(*seat);
    asio::co_spawn(parts_.executor, tell(shared_from_this(), feed_), asio::bind_cancellation_slot(feed_->cancel.slot(), asio::detached));
    co_return Status{};
}

/// For clients that know no `resume`: their first word to a session makes it, in the default scenario.
asio::awaitable<Status> Connection::bind_or_create(Asked::Session wanted) {
    if (bound() && (wanted.id.empty() || wanted.id == session_.value)) co_return Status{};
    const CallContext ctx = parts_.context(parts_.caller, {});
    if (!wanted.id.empty()) {
        const auto there = co_await parts_.backend.turns.session(ctx, SessionId{wanted.id});
        if (there) co_return co_await bind({SessionId{wanted.id}, {}}, 0);
        if (there.error().code != Code::not_found) co_return propagate(there);
        if (!valid_id(wanted.id)) co_return fail(json::invalid({{"/payload/session_id", kIdRule}}));
    }
    turn::SessionCreated created;
    created.id = std::move(wanted.id);
    created.user = std::move(wanted.user);
    if (!created.user.empty() && !valid_id(created.user)) co_return fail(json::invalid({{"/payload/user_id", kIdRule}}));
    if (const auto accepting = parts_.backend.accepting(); !accepting) co_return accepting;
    if (const auto owned = complete_session(created, ctx, {}); !owned) co_return owned;
    const auto made = co_await parts_.backend.turns.create(std::move(created));
    if (!made) co_return propagate(made);
    co_return co_await bind({SessionId{made->stored.created.id}, {}}, 0);
}

asio::awaitable<void> Connection::perform(Self self, Frame command, CallContext ctx, net::Admission::Place place) {
    const std::uint32_t id = command.id();
    const SessionId session = self->session_;
    std::string said;
    if (auto* message_id = message_id_of(command)) {
        // So that its acceptance is recognised; and one without a name cannot be repeated either way.
        Rng rng = Rng::from_entropy();
        if (message_id->empty()) *message_id = new_id("m_", rng);
        said = *message_id;
        self->own_.push_back(said);
    }
    const guard::Principal who = self->parts_.caller.who;
    const auto outcome = co_await run_command(self->parts_.backend, std::move(command), session, std::move(ctx));
    --self->commands_;
    const bool begun = outcome && (outcome->begun.live || outcome->begun.record);
    if (!begun) std::erase(self->own_, said);
    if (begun && self->session_ == session && outcome->done.turn_number() > self->ended_) {
        self->running_ = std::max(self->running_, outcome->done.turn_number());
    }
    if (!outcome) {
        co_await self->refuse(id, outcome.error());
    } else if (id != 0) {
        Frame done;
        done.set_id(id);
        *done.mutable_done() = outcome->done;
        co_await self->send(std::move(done));
    }
    self->leave_when_idle();
    if (!begun) co_return;
    auto& turns = self->parts_.backend.turns;
    co_await count_tokens(turns, self->parts_.gate, who, session, outcome->begun);
    // `place` is given back when the turn has ended, not when it was accepted.
    static_cast<void>(co_await turns.ended(session, outcome->begun));
}

void Connection::acknowledge(std::uint32_t seq) {
    if (!probe_ || seq < probe_->seq) return;
    parts_.hub.acknowledged(std::chrono::duration<double>(Clock::now() - probe_->sent).count());
    probe_.reset();
}

void Connection::drain() {
    if (std::exchange(draining_, true) || !socket_) return;
    asio::co_spawn(parts_.executor, leave(shared_from_this()), asio::detached);
}

void Connection::on_generation(std::uint64_t generation) {
    Frame frame;
    frame.mutable_config_changed()->set_generation(static_cast<std::uint32_t>(generation));
    asio::co_spawn(parts_.executor, say(shared_from_this(), std::move(frame)), asio::detached);
}

void Connection::close(std::uint16_t code, std::string_view reason) {
    if (!socket_) return;
    // Ours are ASCII, so a cut falls between characters.
    socket_->close(code, reason.substr(0, kMostReason));
}
}  // namespace rondo::gateway::wire
