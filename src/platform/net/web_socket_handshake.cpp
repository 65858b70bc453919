#include "platform/net/web_socket_handshake.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

namespace rondo::net {
namespace {
constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr std::size_t kKeyChars = 24;  // 16 bytes in base64, padding included

std::unexpected<Error> refuse(const char* reason, const char* message) {
    return fail(Error{.code = Code::invalid_argument, .message = message, .reason = reason});
}
std::unexpected<Error> malformed(const char* message) { return refuse("MALFORMED_HANDSHAKE", message); }

std::string_view trimmed(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
    return text.substr(0, text.find_last_not_of(" \t") + 1);
}

bool base64_char(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' || c == '/'; }

bool sound_key(std::string_view key) {
    return key.size() == kKeyChars && key.ends_with("==") && std::ranges::all_of(key.substr(0, kKeyChars - 2), base64_char);
}

std::size_t count(const Request& request, std::string_view name) {
    return static_cast<std::size_t>(std::ranges::count_if(request.headers, [&](const Header& h) { return same_word(h.name, name); }));
}

/// Several headers of a list are one list.
std::string joined(const Request& request, std::string_view name) {
    std::string list;
    for (const Header& header : request.headers) {
        if (same_word(header.name, name)) list.append(list.empty() ? "" : ",").append(header.value);
    }
    return list;
}
}  // namespace

bool has_token(const std::vector<Header>& headers, std::string_view name, std::string_view word) {
    for (const Header& header : headers) {
        if (!same_word(header.name, name)) continue;
        std::string_view rest = header.value;
        while (!rest.empty()) {
            const auto end = std::min(rest.find(','), rest.size());
            if (same_word(trimmed(rest.substr(0, end)), word)) return true;
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
    }
    return false;
}

std::string accept_of(std::string_view key) {
    std::string text{key};
    text.append(kGuid);
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned bytes = 0;
    EVP_Digest(text.data(), text.size(), digest.data(), &bytes, EVP_sha1(), nullptr);
    std::array<unsigned char, 4 * ((EVP_MAX_MD_SIZE + 2) / 3) + 1> encoded{};
    const int chars = EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(bytes));
    return {reinterpret_cast<const char*>(encoded.data()), static_cast<std::size_t>(chars)};
}

Result<Handshake> check_handshake(const Request& request, bool http11) {
    if (!has_token(request.headers, "Upgrade", "websocket")) {
        return refuse("WEBSOCKET_EXPECTED", "this path speaks WebSocket; send Upgrade: websocket");
    }
    if (!has_token(request.headers, "Connection", "upgrade")) return malformed("send Connection: Upgrade");
    if (request.method != Method::get || !http11) return malformed("a WebSocket begins with GET in HTTP/1.1");
    if (!request.body.empty() || count(request, "Transfer-Encoding") > 0) return malformed("a handshake has no body");
    if (count(request, "Sec-WebSocket-Version") != 1 || request.header("Sec-WebSocket-Version") != "13") {
        return refuse("WEBSOCKET_VERSION", "speak WebSocket version 13: send Sec-WebSocket-Version: 13, once");
    }
    const auto key = request.header("Sec-WebSocket-Key");
    if (count(request, "Sec-WebSocket-Key") != 1 || !sound_key(key)) {
        return malformed("send Sec-WebSocket-Key once: 16 random bytes in base64");
    }
    auto offers = parse_extensions(joined(request, "Sec-WebSocket-Extensions"));
    if (!offers) return malformed("Sec-WebSocket-Extensions is malformed");
    return Handshake{.accept = accept_of(key), .offers = std::move(*offers)};
}
}  // namespace rondo::net
