#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// What clients may and may not send (RFC 6455, RFC 7692), as rows of claim, bytes and what a server has to make of them. The same rows are
/// put to the reader alone, cut in every way, and to a server that echoes, over a socket.
namespace rondo::net {
inline constexpr std::size_t kCaseLimit = 70'000;  ///< longest message of the cases

struct WsCase {
    std::string claim;
    std::string wire;
    std::vector<std::string> heard;  ///< made by said(); the last may be "violation CODE" or "close CODE"
    bool deflate{false};
};

/// "text(5) Hello"; long payloads by their length, beginning and hash.
[[nodiscard]] std::string said(std::string_view what, std::string_view payload);

struct FrameShape {
    bool final{true};
    unsigned reserved{0};  ///< 4: RSV1, 2: RSV2, 1: RSV3
    bool masked{true};
    unsigned length_bytes{0};  ///< 2 or 8: the form to use; 0: the shortest
    std::string_view mask{"\x37\xfa\x21\x3d", 4};
};
[[nodiscard]] std::string client_frame(unsigned opcode, std::string_view payload, FrameShape shape = {});
[[nodiscard]] std::string client_text(std::string_view text);
[[nodiscard]] std::string client_close(unsigned code, std::string_view reason = {});
/// A frame cut off behind `sent` bytes of a payload said to have `declared`.
[[nodiscard]] std::string begun_frame(unsigned opcode, std::string_view sent, std::size_t declared, FrameShape shape = {});

[[nodiscard]] std::vector<WsCase> frame_cases();
[[nodiscard]] std::vector<WsCase> close_cases();
[[nodiscard]] std::vector<WsCase> text_cases();
[[nodiscard]] std::vector<WsCase> deflate_cases();
[[nodiscard]] std::vector<WsCase> all_ws_cases();
}  // namespace rondo::net
