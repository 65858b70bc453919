#include "platform/net/url.hpp"

#include "platform/net/target.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <charconv>

namespace rondo::net {
namespace {
std::unexpected<Error> refuse(std::string message) { return fail(Code::invalid_argument, std::move(message)); }

bool is_alnum(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

/// An IP literal as the one way to write it; empty when it is none.
std::string canonical_address(std::string_view text) {
    boost::system::error_code ec;
    const auto address = boost::asio::ip::make_address(std::string{text}, ec);
    return ec ? std::string{} : address.to_string();
}

/// A name of letters, digits, '-', '_' and single dots between them, at most 253 characters.
bool is_name(std::string_view host) {
    if (host.empty() || host.size() > 253 || host.front() == '.' || host.find("..") != std::string_view::npos) return false;
    return std::ranges::all_of(host, [](char c) { return is_alnum(c) || c == '-' || c == '_' || c == '.'; });
}

Status read_host(std::string_view text, Url& url) {
    if (text.empty()) return refuse("the address names no host; write https://host/path");
    if (text.front() == '[') {
        url.host = canonical_address(text.substr(1, text.size() - 2));
        if (url.host.find(':') == std::string::npos)
            return refuse("what stands in brackets is no IPv6 address; write https://[2001:db8::1]/path");
        return {};
    }
    if (!is_name(text)) return refuse("the host is no name; write international names in their xn-- form and IPv6 addresses in brackets");
    url.host = text;
    std::ranges::transform(url.host, url.host.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    // 127.1 or 999.1.1.1 would mean different things to different readers.
    const bool numeric = std::ranges::all_of(text.substr(text.rfind('.') + 1), [](char c) { return c >= '0' && c <= '9'; });
    if (numeric && canonical_address(text).empty())
        return refuse("the host looks like an IPv4 address but is none; write four numbers from 0 to 255");
    return {};
}

Status read_port(std::string_view text, Url& url) {
    unsigned port = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (ec != std::errc{} || end != text.data() + text.size() || port < 1 || port > 65'535)
        return refuse("the port is no number from 1 to 65535");
    url.port = static_cast<std::uint16_t>(port);
    return {};
}

Status read_credentials(std::string_view text, Credentials credentials, Url& url) {
    if (credentials == Credentials::refused)
        return refuse("the address holds credentials, which would end up in logs; configure the key instead");
    const auto colon = text.find(':');
    auto user = percent_decode(text.substr(0, colon));
    auto password = percent_decode(colon == std::string_view::npos ? std::string_view{} : text.substr(colon + 1));
    if (!user || !password || user->find(':') != std::string::npos)
        return refuse("the credentials in the address are not well percent-encoded");
    url.user = std::move(*user);
    url.password = std::move(*password);
    return {};
}
}  // namespace

std::string Url::host_and_port() const {
    const std::string shown_host = host.find(':') == std::string::npos ? host : "[" + host + "]";
    return shown_host + ":" + std::to_string(port);
}
std::string Url::authority() const {
    std::string text = host_and_port();
    if (port == (tls ? 443 : 80)) text.resize(text.rfind(':'));
    return text;
}
std::string Url::shown() const { return (tls ? "https://" : "http://") + authority() + path; }
bool Url::host_is_address() const { return !canonical_address(host).empty(); }

Result<Url> parse_url(std::string_view text, Credentials credentials) {
    const bool printable = std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F; });
    if (!printable) return refuse("the address holds blanks or characters outside ASCII; percent-encode them");
    Url url;
    const auto scheme_end = text.find("://");
    if (scheme_end == std::string_view::npos) return refuse("the address has no scheme; write https://host/path");
    std::string scheme{text.substr(0, scheme_end)};
    std::ranges::transform(scheme, scheme.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    if (scheme != "http" && scheme != "https") return refuse("the address begins with neither http:// nor https://");
    url.tls = scheme == "https";
    url.port = url.tls ? 443 : 80;

    std::string_view rest = text.substr(scheme_end + 3);
    if (rest.find_first_of("?#") != std::string_view::npos) return refuse("the address has a query or a fragment; end it with the path");
    if (rest.find('\\') != std::string_view::npos) return refuse("the address has a backslash; write /");
    const auto path_at = std::min(rest.find('/'), rest.size());
    std::string_view path = rest.substr(path_at);
    std::string_view host = rest.substr(0, path_at);
    if (const auto at = host.rfind('@'); at != std::string_view::npos) {
        if (const auto read = read_credentials(host.substr(0, at), credentials, url); !read) return propagate(read);
        host.remove_prefix(at + 1);
    }

    const auto bracket = host.starts_with('[') ? host.find(']') : std::string_view::npos;
    if (host.starts_with('[') && bracket == std::string_view::npos) return refuse("the address opens a bracket and never closes it");
    const auto colon = host.find(':', bracket == std::string_view::npos ? 0 : bracket);
    if (bracket != std::string_view::npos && colon != bracket + 1 && bracket + 1 != host.size())
        return refuse("only a port may follow the bracket");
    if (colon != std::string_view::npos) {
        if (const auto read = read_port(host.substr(colon + 1), url); !read) return propagate(read);
        host = host.substr(0, colon);
    }
    if (const auto read = read_host(host, url); !read) return propagate(read);

    while (path.ends_with('/')) path.remove_suffix(1);
    if (!percent_decode(path)) return refuse("the path has an invalid percent escape");
    url.path = path;
    return url;
}
}  // namespace rondo::net
