#pragma once
#include "platform/net/utf8_check.hpp"
#include "platform/net/web_socket.hpp"
#include "platform/net/web_socket_deflate.hpp"
#include "platform/net/web_socket_frame.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rondo::net {
/// Reads what a client may send (RFC 6455, section 5, with RFC 7692): messages and control frames, however the bytes are cut. Pure: no
/// socket, no clock.
///
/// Strict, and as early as possible: frames must be masked, lengths minimal, text is refused at the byte that makes it no UTF-8, a message
/// at the length that makes it too long, compressed ones at the output that does.
/// Bounded: holds one message of at most `max_message` bytes (and 16 KiB while it inflates one) and one control frame.
class WebSocketReader {
public:
    struct Limits {
        std::size_t max_message;  ///< bytes, inflated
        bool deflate{false};      ///< permessage-deflate was agreed on, without context takeover of the client
    };
    enum class Heard {
        nothing,    ///< all bytes are taken, more are needed
        message,    ///< see take_message()
        ping,
        pong, ///< see control()
        close,      ///< see closing(); whatever follows has no meaning
        violation,  ///< see closing() for what to tell the peer; feed no more
    };

    explicit WebSocketReader(Limits limits) : limits_{limits} {}

    /// Takes bytes off the front of `bytes`, up to and including the next thing worth hearing.
    [[nodiscard]] Heard feed(std::string_view& bytes);

    /// Once after Heard::message.
    [[nodiscard]] WebSocket::Message take_message();
    /// The payload of the last ping or pong; good until the next feed().
    [[nodiscard]] std::string_view control() const { return control_; }
    /// What the peer's close frame says (1005: no code), or the code a violation calls for and why.
    [[nodiscard]] const WebSocket::Closing& closing() const { return closing_; }

private:
    [[nodiscard]] bool read_head(std::string_view& bytes);
    void check_opcode(unsigned char first);
    void check_length(unsigned char second);
    void check_long_length();
    void take_payload(std::string_view masked);
    void take_compressed(std::string_view masked);
    void judge(Inflater::Outcome outcome, std::size_t known);
    void check_text(std::size_t known);
    [[nodiscard]] Heard end_frame();
    [[nodiscard]] Heard end_message();
    [[nodiscard]] Heard end_close();
    void violate(std::uint16_t code, const char* why);
    [[nodiscard]] bool control_frame() const { return opcode_ >= Opcode::close; }

    Limits limits_;
    // The frame.
    std::array<unsigned char, 14> head_{};
    unsigned char head_bytes_{0}, head_wanted_{2};
    Opcode opcode_{Opcode::continuation};
    bool final_{false};
    std::uint64_t left_{0};  // bytes of the payload to come
    std::size_t at_{0};      // bytes of the payload so far
    Mask mask_{};
    std::string control_;
    // The message, of one frame or several.
    WebSocket::Message message_;
    std::optional<Inflater> inflater_;  // set while a compressed message comes
    Utf8Check text_;
    bool in_message_{false};

    bool violated_{false};
    WebSocket::Closing closing_;
};
}  // namespace rondo::net
