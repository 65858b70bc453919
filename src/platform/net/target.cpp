#include "platform/net/target.hpp"

#include "platform/net/field_line.hpp"
#include "platform/net/message.hpp"

#include <algorithm>

namespace rondo::net {
namespace {
int hex_digit(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// The byte behind the '%' at `at`, or -1.
int escaped_byte(std::string_view text, std::size_t at) noexcept {
    if (at + 2 >= text.size()) return -1;
    const int high = hex_digit(text[at + 1]);
    const int low = hex_digit(text[at + 2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

bool valid_escapes(std::string_view text) noexcept {
    for (auto at = text.find('%'); at != std::string_view::npos; at = text.find('%', at + 3)) {
        if (escaped_byte(text, at) <= 0) return false;
    }
    return true;
}

std::unexpected<Error> malformed(const char* message) {
    return fail(Error{.code = Code::invalid_argument, .message = message, .reason = "MALFORMED_TARGET"});
}
}  // namespace

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
    std::string plain;
    plain.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '%') {
            const int byte = escaped_byte(text, at);
            if (byte <= 0) return std::nullopt;
            plain.push_back(static_cast<char>(byte));
            at += 2;
        } else {
            plain.push_back(plus_is_space && text[at] == '+' ? ' ' : text[at]);
        }
    }
    return plain;
}

std::string percent_encode(std::string_view text) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string encoded;
    for (const char c : text) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (letter || std::string_view{"-._~"}.contains(c)) {
            encoded.push_back(c);
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        encoded.append({'%', kDigits[byte >> 4U], kDigits[byte & 0xFU]});
    }
    return encoded;
}

Result<Target> parse_target(std::string_view target) {
    std::string authority;
    for (const std::string_view scheme : {"http://", "https://"}) {  // what a proxy is sent
        if (!same_word(target.substr(0, scheme.size()), scheme)) continue;
        const auto slash = target.find_first_of("/?", scheme.size());
        if (slash == std::string_view::npos || target[slash] == '?') return malformed("send the path: http://host/path");
        authority = target.substr(scheme.size(), slash - scheme.size());
        if (!valid_host(authority)) return malformed("the target's host must be one name or address, and perhaps a port");
        target.remove_prefix(slash);
        break;
    }
    if (target.empty() || target.front() != '/') return malformed("the request target must begin with '/'");

    const auto mark = target.find('?');
    const std::string_view path = target.substr(0, mark);
    const std::string_view query = mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1);
    if (path.find('#') != std::string_view::npos || query.find('#') != std::string_view::npos) return malformed("leave the fragment out");
    if (!valid_escapes(query)) return malformed("the query has an invalid percent escape");
    if (path.find('%') == std::string_view::npos) return Target{std::string{path}, std::string{query}, std::move(authority)};

    auto decoded = percent_decode(path);
    if (!decoded) return malformed("the path has an invalid percent escape");
    // An escaped slash would move the borders of segments after the router has been chosen by somebody in front of us.
    if (std::ranges::count(*decoded, '/') != std::ranges::count(path, '/')) return malformed("the path has an escaped '/'");
    const bool control = std::ranges::any_of(*decoded, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
    if (control) return malformed("the path has an escaped control character");
    return Target{std::move(*decoded), std::string{query}, std::move(authority)};
}

std::optional<std::string> find_query_value(std::string_view query, std::string_view key) {
    while (!query.empty()) {
        const auto end = std::min(query.find('&'), query.size());
        const std::string_view pair = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        const auto equals = std::min(pair.find('='), pair.size());
        const auto found = percent_decode(pair.substr(0, equals), true);
        if (!found || *found != key) continue;
        auto value = percent_decode(pair.substr(std::min(equals + 1, pair.size())), true);
        if (value) return value;
    }
    return std::nullopt;
}
}  // namespace rondo::net
