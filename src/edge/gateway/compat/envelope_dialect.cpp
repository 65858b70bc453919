#include "edge/gateway/compat/envelope_dialect.hpp"

#include "base/clock.hpp"

#include <chrono>
#include <utility>

namespace rondo::gateway::compat {
namespace {
using Kind = net::WebSocket::Kind;
using wire::Frame;

/// All commands of this dialect: it has no ids of its own, but an answer is wanted.
constexpr std::uint32_t kCommand = 1;

v2::Envelope envelope_of(std::string_view type, const google::protobuf::Message& payload, std::string trace, std::string request) {
    v2::Envelope envelope;
    envelope.set_version(std::string{kEnvelopeVersion});
    envelope.set_type(std::string{type});
    envelope.set_payload(payload.SerializeAsString());
    envelope.set_trace_id(std::move(trace));
    envelope.set_request_id(std::move(request));
    envelope.set_timestamp(std::chrono::floor<std::chrono::milliseconds>(Clock::wall()).time_since_epoch().count());
    return envelope;
}

const char* word_of(const v1::Ended& ended) {
    switch (ended.status()) {
        case v1::STOPPED: return "stopped";
        case v1::FAILED: return "failed";
        default: return "completed";
    }
}
}  // namespace

Result<wire::Asked> EnvelopeDialect::read(const net::WebSocket::Message& message) {
    form_ = message.kind == Kind::text ? Form::json : Form::pb;
    const auto envelope = decode(form_, message.data);
    if (!envelope) return propagate(envelope);
    if (!envelope->version().empty() && envelope->version() != kEnvelopeVersion) {
        return fail(
            Error{.code = Code::invalid_argument, .message = "only version 2.0 of the envelope is spoken here", .reason = "BAD_ENVELOPE"});
    }
    asked_ = envelope->request_id();
    if (envelope->type() == "chat") return read_chat(*envelope);
    wire::Asked unknown;
    unknown.command.set_id(kCommand);  // answered as unsupported
    return unknown;
}

Result<wire::Asked> EnvelopeDialect::read_chat(const v2::Envelope& envelope) {
    v2::ChatMessage chat;
    if (!chat.ParseFromString(envelope.payload())) {
        return fail(Error{.code = Code::invalid_argument, .message = "the payload of `chat` is no ChatMessage", .reason = "BAD_ENVELOPE"});
    }
    wire::Asked asked;
    asked.session = wire::Asked::Session{chat.session_id(), chat.user_id()};
    asked.command.set_id(kCommand);
    auto& start = *asked.command.mutable_start_turn();
    start.set_user_message(chat.message());
    start.set_message_id(envelope.request_id());
    start.set_trace_id(wire::trace_bytes(envelope.trace_id()));
    return asked;
}

v2::Envelope EnvelopeDialect::status(std::string_view word) const {
    v2::StatusMessage status;
    status.set_session_id(session_);
    status.set_status(std::string{word});
    status.set_turn_number(turn_);
    return envelope_of("status", status, trace_, request_);
}

void EnvelopeDialect::refuse(v2::StatusMessage& status, const v1::Error& error) const {
    status.set_message(error.message());
    status.set_code(error.reason().empty() ? error.code() : error.reason());
    status.set_retry_after_ms(error.retry_after_ms());
}

std::optional<net::WebSocket::Message> EnvelopeDialect::write(const Frame& frame) {
    const auto told = [this](const v2::Envelope& envelope) {
        return net::WebSocket::Message{form_ == Form::json ? Kind::text : Kind::binary, encode(form_, envelope)};
    };
    switch (frame.body_case()) {
        case Frame::kWelcome:
            session_ = frame.welcome().session_id();
            user_ = frame.welcome().user_id();
            return std::nullopt;
        case Frame::kAccepted:
            trace_ = wire::trace_hex(frame.accepted().trace_id());
            request_ = frame.accepted().message_id();
            turn_ = frame.accepted().turn_number();
            return told(status("accepted"));
        case Frame::kRestarted: return told(status("restarted"));
        case Frame::kDelta: {
            v2::ChatMessage chat;
            chat.set_session_id(session_);
            chat.set_user_id(user_);
            chat.set_message(frame.delta().text());
            return told(envelope_of("chat", chat, trace_, request_));
        }
        case Frame::kCompleted: return told(status(word_of(frame.completed())));
        case Frame::kFailed: {
            v2::StatusMessage failed;
            failed.set_session_id(session_);
            failed.set_status("failed");
            failed.set_turn_number(frame.failed().turn_number());
            refuse(failed, frame.failed().error());
            return told(envelope_of("status", failed, trace_, request_));
        }
        case Frame::kAdvice: {
            if (frame.advice().missing()) return std::nullopt;
            v2::CoachAdvice advice;
            advice.set_session_id(session_);
            advice.set_turn_number(frame.advice().turn_number());
            advice.set_advice(frame.advice().text());
            advice.set_task_id(frame.advice().task_id());
            return told(envelope_of("coach_advice", advice, trace_, request_));
        }
        case Frame::kRefused: {
            v2::StatusMessage refused;
            refused.set_session_id(session_);
            refused.set_status(frame.refused().error().reason() == "UNKNOWN_COMMAND" ? "unsupported" : "refused");
            refuse(refused, frame.refused().error());
            return told(envelope_of("status", refused, {}, asked_));
        }
        case Frame::kStatus:
            if (frame.status().state() == v1::Status::DRAINING) return told(status("draining"));
            if (frame.status().state() == v1::Status::DELETED) return told(status("deleted"));
            return std::nullopt;
        default: return std::nullopt;
    }
}
}  // namespace rondo::gateway::compat
