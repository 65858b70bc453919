#include "edge/gateway/wire/dialect.hpp"

#include "edge/gateway/compat/envelope_dialect.hpp"

#include <utility>

namespace rondo::gateway::wire {
namespace {
using Kind = net::WebSocket::Kind;

/// Answers are in the connection's own encoding, whatever the question was in.
class FrameDialect final : public Dialect {
public:
    explicit FrameDialect(Encoding encoding) : encoding_{encoding} {}

    Result<Asked> read(const net::WebSocket::Message& message) override {
        if (encoding_ == Encoding::json && message.kind == Kind::binary) {
            return fail(Error{.code = Code::invalid_argument,
                              .message = "rondo.v1.json has text messages only; offer rondo.v1.pb for binary ones",
                              .reason = "BAD_ENVELOPE"});
        }
        // A person with a generic client may type JSON on a binary connection.
        auto frame = decode(message.kind == Kind::text ? Encoding::json : Encoding::pb, message.data);
        if (!frame) return propagate(frame);
        return Asked{.session = {}, .command = std::move(*frame)};
    }
    std::optional<net::WebSocket::Message> write(const Frame& frame) override {
        return net::WebSocket::Message{encoding_ == Encoding::json ? Kind::text : Kind::binary, encode(encoding_, frame)};
    }

private:
    Encoding encoding_;
};
}  // namespace

std::unique_ptr<Dialect> make_dialect(Protocol protocol) {
    if (protocol == Protocol::envelope) return std::make_unique<compat::EnvelopeDialect>();
    return std::make_unique<FrameDialect>(protocol == Protocol::json ? Encoding::json : Encoding::pb);
}
}  // namespace rondo::gateway::wire
