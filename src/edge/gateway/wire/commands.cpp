#include "edge/gateway/wire/commands.hpp"

#include "base/json.hpp"
#include "base/rng.hpp"
#include "edge/gateway/codec.hpp"

#include <boost/json.hpp>

#include <string>
#include <utility>

namespace rondo::gateway::wire {
namespace {
using boost::json::object;

/// A command as the body of the route, so that one place knows what a request may say.
template <class Message>
object options_of(const Message& said) {
    object body;
    if (!said.message_id().empty()) body["message_id"] = said.message_id();
    if (said.enable_async_coach()) body["enable_async_coach"] = true;
    return body;
}

object body_of(const v1::StartTurn& said) {
    object body = options_of(said);
    body["user_message"] = said.user_message();
    if (said.has_turn_number()) body["turn_number"] = said.turn_number();
    if (said.has_parent_turn()) body["parent_turn"] = said.parent_turn();
    if (said.has_use_fallback()) body["use_fallback"] = said.use_fallback();
    return body;
}

object body_of(const v1::Rate& said, const SessionId& session) {
    object body{{"session_id", session.value}, {"turn_number", said.turn_number()}, {"rating", said.rating()}};
    if (!said.comment().empty()) body["comment"] = said.comment();
    if (!said.decision_id().empty()) body["decision_id"] = said.decision_id();
    return body;
}

Outcome outcome_of(turn::TurnHandle handle) {
    Outcome outcome;
    const std::int64_t number = handle.live ? handle.live->number() : handle.record->number;
    outcome.done.set_turn_number(static_cast<std::uint32_t>(number));
    outcome.done.set_replayed(handle.replay);
    if (!handle.replay) outcome.begun = std::move(handle);
    return outcome;
}

Outcome about(std::uint32_t turn) {
    Outcome outcome;
    outcome.done.set_turn_number(turn);
    return outcome;
}

asio::awaitable<Result<Outcome>> start(const Backend& backend, Result<turn::TurnRequest> request, CallContext ctx) {
    if (!request) co_return propagate(request);
    auto handle = co_await backend.turns.start(std::move(*request), std::move(ctx));
    if (!handle) co_return propagate(handle);
    co_return outcome_of(std::move(*handle));
}

asio::awaitable<Result<Outcome>> regenerate(const Backend& backend, v1::Regenerate said, SessionId session, CallContext ctx) {
    auto request = regenerate_request(json::write(options_of(said)), session.value, "");
    if (!request) co_return propagate(request);
    request->received = Clock::now();
    auto handle = co_await backend.turns.regenerate(std::move(*request), said.turn_number(), std::move(ctx));
    if (!handle) co_return propagate(handle);
    co_return outcome_of(std::move(*handle));
}

/// Another message in the place of a turn's follows what that one followed.
asio::awaitable<Result<Outcome>> edit(const Backend& backend, v1::Edit said, SessionId session, CallContext ctx) {
    object body = options_of(said);
    body["user_message"] = said.user_message();
    auto request = turn_request(json::write(body), session.value, "");
    if (!request) co_return propagate(request);
    const auto edited = co_await backend.turns.find(ctx, session, said.turn_number());
    if (!edited) co_return propagate(edited);
    request->parent_turn = edited->live ? edited->live->accepted().parent : edited->record->parent;
    request->received = Clock::now();
    co_return co_await start(backend, std::move(request), std::move(ctx));
}

asio::awaitable<Result<Outcome>> rate(const Backend& backend, v1::Rate said, SessionId session, CallContext ctx) {
    auto feedback = feedback_request(json::write(body_of(said, session)));
    if (!feedback) co_return propagate(feedback);
    Rng rng = Rng::from_entropy();
    feedback->tenant = ctx.scope.tenant.value;
    feedback->id = new_id("f_", rng);
    feedback->at = Clock::wall();
    const auto stored = co_await backend.turns.rate(std::move(*feedback), std::move(ctx));
    if (!stored) co_return propagate(stored);
    co_return about(said.turn_number());
}

asio::awaitable<Result<Outcome>> stop(const Backend& backend, v1::Stop said, SessionId session, CallContext ctx) {
    const auto stopped = co_await backend.turns.stop(std::move(ctx), std::move(session), said.turn_number());
    if (!stopped) co_return propagate(stopped);
    co_return about(said.turn_number());
}
}  // namespace

std::string_view route_of(const Frame& command) {
    switch (command.body_case()) {
        case Frame::kStartTurn:
        case Frame::kEdit: return "post_turn";
        case Frame::kRegenerate: return "regenerate_turn";
        case Frame::kStop: return "stop_turn";
        case Frame::kRate: return "submit_feedback";
        default: return {};
    }
}

std::string_view trace_of(const Frame& command) {
    switch (command.body_case()) {
        case Frame::kStartTurn: return command.start_turn().trace_id();
        case Frame::kEdit: return command.edit().trace_id();
        case Frame::kRegenerate: return command.regenerate().trace_id();
        default: return {};
    }
}

std::string* message_id_of(Frame& command) {
    switch (command.body_case()) {
        case Frame::kStartTurn: return command.mutable_start_turn()->mutable_message_id();
        case Frame::kEdit: return command.mutable_edit()->mutable_message_id();
        case Frame::kRegenerate: return command.mutable_regenerate()->mutable_message_id();
        default: return nullptr;
    }
}

asio::awaitable<Result<Outcome>> run_command(const Backend& backend, Frame command, SessionId session, CallContext ctx) {
    // A stop is for what runs, also while nothing new may begin.
    if (command.has_stop()) co_return co_await stop(backend, command.stop(), std::move(session), std::move(ctx));
    if (const auto accepting = backend.accepting(); !accepting) co_return propagate(accepting);
    switch (command.body_case()) {
        case Frame::kStartTurn: {
            auto request = turn_request(json::write(body_of(command.start_turn())), session.value, "");
            if (request) request->received = Clock::now();
            co_return co_await start(backend, std::move(request), std::move(ctx));
        }
        case Frame::kRegenerate: co_return co_await regenerate(backend, command.regenerate(), std::move(session), std::move(ctx));
        case Frame::kEdit: co_return co_await edit(backend, command.edit(), std::move(session), std::move(ctx));
        case Frame::kRate: co_return co_await rate(backend, command.rate(), std::move(session), std::move(ctx));
        default: co_return fail(Code::internal, "no command");
    }
}
}  // namespace rondo::gateway::wire
