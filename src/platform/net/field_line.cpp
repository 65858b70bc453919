#include "platform/net/field_line.hpp"

#include "platform/net/message.hpp"

#include <algorithm>
#include <string>

namespace rondo::net {
namespace {
bool digits(std::string_view text) noexcept {
    return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// True for "Transfer_Encoding" and its like, which a gateway may hand on as if it were the real one.
bool disguised(std::string_view name) noexcept {
    if (!name.contains('_')) return false;
    std::string plain{name};
    std::ranges::replace(plain, '_', '-');
    return same_word(plain, "Transfer-Encoding") || same_word(plain, "Content-Length");
}

/// Host and port; the port is empty when there is none.
struct Authority {
    std::string_view host, port;
};
Authority split(std::string_view text) noexcept {
    const auto bracket = text.find(']');
    const auto colon = text.find(':', bracket == text.npos ? 0 : bracket);
    if (colon == text.npos) return {text, {}};
    return {text.substr(0, colon), text.substr(colon + 1)};
}
}  // namespace

const char* fault_of_field(std::string_view line) noexcept {
    if (line.starts_with(' ') || line.starts_with('\t')) return "folded headers are not accepted";
    const auto colon = line.find(':');
    if (colon == line.npos) return "a header needs a colon";
    const auto name = line.substr(0, colon);
    if (name.empty()) return "a header needs a name";
    if (!std::ranges::all_of(name, token_char)) return "a header's name holds what no name may hold";
    if (disguised(name)) return "the headers that decide framing are written with '-'";
    if (!std::ranges::all_of(line.substr(colon + 1), value_char)) return "a header holds a control character";
    return nullptr;
}

bool valid_host(std::string_view host) noexcept {
    const auto [name, port] = split(host);
    if (name.empty() || port.size() > 5 || !digits(port)) return false;
    const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); };
    if (name.starts_with('[')) {
        const bool closed = name.size() > 2 && name.ends_with(']');
        return closed && std::ranges::all_of(name.substr(1, name.size() - 2), [&](char c) { return letter(c) || c == ':' || c == '.'; });
    }
    return std::ranges::all_of(name, [&](char c) { return letter(c) || c == '-' || c == '.' || c == '_'; });
}

bool same_host(std::string_view a, std::string_view b) noexcept {
    const auto usual = [](std::string_view port) { return port.empty() || port == "80" || port == "443"; };
    const auto one = split(a);
    const auto other = split(b);
    return same_word(one.host, other.host) && (one.port == other.port || (usual(one.port) && usual(other.port)));
}
}  // namespace rondo::net
