#pragma once
#include "edge/gateway/compat/envelope_codec.hpp"
#include "edge/gateway/wire/dialect.hpp"

#include <cstdint>
#include <string>

namespace rondo::gateway::compat {
/// envelope.v2 over Frames: `chat` binds to its session, made when it is not there, and starts a turn; the answer streams as `chat`
/// messages between two `status`. Its `request_id` is the turn's message id, so a repetition is the same turn.
///
/// Every message tells its form by its opcode; answers have the form of the last one (JSON before there was one).
class EnvelopeDialect final : public wire::Dialect {
public:
    Result<wire::Asked> read(const net::WebSocket::Message& message) override;
    std::optional<net::WebSocket::Message> write(const wire::Frame& frame) override;

private:
    Result<wire::Asked> read_chat(const v2::Envelope& envelope);
    v2::Envelope status(std::string_view word) const;
    void refuse(v2::StatusMessage& status, const v1::Error& error) const;

    Form form_{Form::json};
    std::string session_, user_;    // bound to
    std::string trace_, request_;   // of the turn that is told
    std::uint32_t turn_{0};
    std::string asked_;             // request id of the last message, for what is refused
};
}  // namespace rondo::gateway::compat
