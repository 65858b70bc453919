#pragma once
#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rondo::bench {
/// A client's side of RFC 6455 after the upgrade, without a socket: as much as keeps the driver's own cost small. No extensions.
namespace ws {
enum class Opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

/// Appends one frame with its mask. The mask is zero: that is a mask like any other, and the payload travels as it is.
void append_frame(std::string& into, Opcode opcode, std::string_view payload);

/// The request that asks for the upgrade; `protocols`: as in Sec-WebSocket-Protocol, empty: none. `more`: whole header lines.
[[nodiscard]] std::string upgrade_request(std::string_view target, std::string_view protocols, std::string_view more = {});

/// Reads what a server sends, first its answer to the upgrade, then its messages, from bytes cut anywhere.
class Reader {
public:
    struct Message {
        Opcode opcode;
        std::string_view data;  ///< until the next call
    };
    void feed(std::string_view bytes);
    /// Whether the server has agreed to the upgrade. Errors: `internal` with its answer when it has not.
    [[nodiscard]] Result<bool> upgraded();
    /// The next message that has come whole, control frames too; nothing when there is none yet. Only once upgraded().
    /// Errors: `data_loss` (no frame of a server: masked, in pieces, or longer than 16 MiB).
    [[nodiscard]] Result<std::optional<Message>> next();
    [[nodiscard]] std::size_t buffered() const { return buffer_.size() - at_; }  ///< bytes that have come and are not read

private:
    std::string buffer_;
    std::size_t at_{0};  // what of it is read
    bool upgraded_{false};
};
}  // namespace ws
}  // namespace rondo::bench
