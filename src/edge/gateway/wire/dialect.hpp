#pragma once
#include "base/result.hpp"
#include "edge/gateway/wire/frame_codec.hpp"
#include "edge/gateway/wire/subprotocol.hpp"
#include "platform/net/web_socket.hpp"

#include <memory>
#include <optional>
#include <string>

namespace rondo::gateway::wire {
/// What one message of a client asks for.
struct Asked {
    /// A session to be bound to first, made when it is not there; for dialects whose clients know no `resume`.
    struct Session {
        std::string id, user;  ///< id empty: the one that is bound, or a new one; user empty: the caller
    };
    std::optional<Session> session{};
    Frame command{};  ///< may have no body: nothing we know
};

/// How a connection's messages look; inside, all speak Frames. One for each connection, on its thread.
class Dialect {
public:
    virtual ~Dialect() = default;
    /// Errors: `invalid_argument`, reason BAD_ENVELOPE: the connection is closed with 4400.
    [[nodiscard]] virtual Result<Asked> read(const net::WebSocket::Message& message) = 0;
    /// Nullopt for what the dialect has no words for.
    [[nodiscard]] virtual std::optional<net::WebSocket::Message> write(const Frame& frame) = 0;
};

/// rondo.v1 in its two encodings; envelope.v2 is in compat/.
[[nodiscard]] std::unique_ptr<Dialect> make_dialect(Protocol protocol);
}  // namespace rondo::gateway::wire
