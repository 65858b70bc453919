#include "platform/net/outbound_head.hpp"

#include "platform/net/proxy.hpp"

#include <algorithm>
#include <array>

namespace rondo::net {
namespace {
constexpr std::array<std::string_view, 9> kOwn{"Host",       "Content-Length",  "Content-Type", "Transfer-Encoding",  "Connection",
                                               "Keep-Alive", "Accept-Encoding", "Upgrade",      "Proxy-Authorization"};

bool is_token(std::string_view name) {
    return !name.empty() && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos;
    });
}
bool is_value(std::string_view value) {
    return std::ranges::none_of(value, [](char c) { return (c >= 0 && c < ' ' && c != '\t') || c == 0x7F; });
}
std::unexpected<Error> refuse(std::string message) { return fail(Code::invalid_argument, std::move(message)); }
}  // namespace

std::string render_common_headers(const Url& endpoint, const std::optional<Url>& proxy) {
    std::string text = "Host: " + endpoint.authority() + "\r\nUser-Agent: rondo\r\nAccept-Encoding: identity\r\n";
    if (proxy && !endpoint.tls) text += proxy_authorization(*proxy);
    return text;
}

Result<std::string> render_head(const ClientRequest& request, const Url& endpoint, bool through_proxy, std::string_view common_headers) {
    const bool printable = std::ranges::all_of(request.target, [](char c) { return c > ' ' && c < 0x7F; });
    if (!request.target.starts_with('/') || !printable) return refuse("the request's target is no percent-encoded path");
    if (request.method == Method::other) return refuse("the request has no method");
    std::string head;
    head.reserve(512);
    head.append(name(request.method)).append(" ");
    if (through_proxy && !endpoint.tls) head.append("http://").append(endpoint.authority());
    head.append(endpoint.path).append(request.target).append(" HTTP/1.1\r\n").append(common_headers);
    for (const Header& header : request.headers) {
        if (!is_token(header.name) || !is_value(header.value))
            return refuse("a header of the request holds a character that none may hold");
        if (std::ranges::any_of(kOwn, [&](std::string_view own) { return same_word(own, header.name); })) {
            return refuse("the header " + header.name + " is the client's own");
        }
        head.append(header.name).append(": ").append(header.value).append("\r\n");
    }
    if (!request.body.empty() || request.method == Method::post || request.method == Method::put) {
        if (!is_value(request.content_type)) return refuse("the content type holds a control character");
        head.append("Content-Type: ").append(request.content_type).append("\r\nContent-Length: ");
        head.append(std::to_string(request.body.size())).append("\r\n");
    }
    head.append("\r\n");
    return head;
}
}  // namespace rondo::net
