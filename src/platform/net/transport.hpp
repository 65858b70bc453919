#pragma once
#include "platform/net/socket.hpp"

#include <boost/asio/buffer.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace rondo::net {
class TlsContext;
class TlsIdentity;
struct Url;

/// Bytes over a connected socket, in the clear or inside TLS. Never blocks and never waits: each call does what can be done now and says
/// what it needs to do more, so that waiting, deadlines and cancellation are written once, for both.
class Transport {
public:
    enum class Outcome {
        moved,        ///< some bytes; for the handshake: it is done
        wants_read,   ///< again when the socket is readable
        wants_write,  ///< again when it is writable
        ended,        ///< the peer ended the stream in order (TLS: it said so)
        failed,       ///< see `why`
    };
    struct Step {
        Outcome outcome;
        std::size_t bytes{0};
    };

    virtual ~Transport() = default;
    virtual Step handshake() = 0;
    virtual Step read(char* space, std::size_t bytes) = 0;
    /// Takes a prefix of the parts, as they would stand one after the other; they must not all be empty. What was not taken has to be
    /// given again, from the same byte on (TLS may have made a record of it).
    virtual Step write(std::span<const asio::const_buffer> parts) = 0;
    /// True when bytes may wait inside although the socket is not readable.
    [[nodiscard]] virtual bool buffers() const = 0;
    [[nodiscard]] virtual std::uint64_t sent() const = 0;  ///< bytes given to the socket, framing included
    [[nodiscard]] virtual std::string why() const = 0;     ///< the last failure, for people
};

/// The socket must be connected, non-blocking and outlive the transport.
[[nodiscard]] std::unique_ptr<Transport> make_plain_transport(Socket& socket);
/// Verifies that the peer is `endpoint.host`, by name or address, and sends the name along (SNI).
[[nodiscard]] std::unique_ptr<Transport> make_tls_transport(Socket& socket, const TlsContext& context, const Url& endpoint);
/// The accepting side; the peer is not asked who it is.
[[nodiscard]] std::unique_ptr<Transport> make_tls_transport(Socket& socket, const TlsIdentity& identity);
}  // namespace rondo::net
