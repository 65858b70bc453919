#include "platform/net/response_head.hpp"

#include "platform/net/problem.hpp"

#include <charconv>

namespace rondo::net {
namespace {
void append_number(std::string& out, std::size_t number) {
    char digits[24];
    out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

/// A line break in a value would let its author write headers of their own.
void append_text(std::string& out, std::string_view text) {
    for (const char c : text) out.push_back(static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c);
}
}  // namespace

bool may_have_body(int status) noexcept { return status >= 200 && status != 204 && status != 304; }

void append_response_head(std::string& out, const Response& response, Framing framing, std::size_t body_bytes, bool close) {
    out.append("HTTP/1.1 ");
    append_number(out, static_cast<std::size_t>(response.status));
    out.append(" ").append(status_phrase(response.status)).append("\r\nServer: rondo\r\nX-Content-Type-Options: nosniff\r\n");
    if (!response.content_type.empty() && may_have_body(response.status)) {
        out.append("Content-Type: ");
        append_text(out, response.content_type);
        out.append("\r\n");
    }
    for (const Header& header : response.headers) {
        append_text(out, header.name);
        out.append(": ");
        append_text(out, header.value);
        out.append("\r\n");
    }
    if (may_have_body(response.status) && framing == Framing::length) {
        out.append("Content-Length: ");
        append_number(out, body_bytes);
        out.append("\r\n");
    } else if (may_have_body(response.status) && framing == Framing::chunked) {
        out.append("Transfer-Encoding: chunked\r\n");
    }
    if (close) out.append("Connection: close\r\n");
    out.append("\r\n");
}
}  // namespace rondo::net
