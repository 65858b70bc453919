#include "platform/net/message.hpp"

#include "platform/net/target.hpp"

#include <algorithm>

namespace rondo::net {
namespace {
char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
}  // namespace

std::string_view name(Method method) noexcept {
    switch (method) {
        case Method::get: return "GET";
        case Method::head: return "HEAD";
        case Method::post: return "POST";
        case Method::put: return "PUT";
        case Method::delete_: return "DELETE";
        case Method::options: return "OPTIONS";
        case Method::other: break;
    }
    return "OTHER";
}

bool same_word(std::string_view a, std::string_view b) noexcept {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view find_header(const std::vector<Header>& headers, std::string_view name) noexcept {
    for (const Header& header : headers) {
        if (same_word(header.name, name)) return header.value;
    }
    return {};
}

std::optional<std::string> Request::query_value(std::string_view key) const { return find_query_value(query, key); }
}  // namespace rondo::net
