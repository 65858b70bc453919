#include "platform/net/proxy.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <openssl/evp.h>

#include <algorithm>

namespace rondo::net {
namespace {
namespace ip = boost::asio::ip;
using ErrorCode = boost::system::error_code;

std::optional<ip::address> as_address(std::string_view text) {
    if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
    ErrorCode ec;
    auto address = ip::make_address(std::string{text}, ec);
    return ec ? std::nullopt : std::optional{address};
}

bool is_this_machine(const Url& endpoint) {
    const auto address = as_address(endpoint.host);
    return address ? address->is_loopback() : endpoint.host == "localhost" || endpoint.host.ends_with(".localhost");
}

Result<bool> in_network(const std::string& network, const Url& endpoint) {
    const auto address = as_address(endpoint.host);
    ErrorCode ec;
    if (const auto four = ip::make_network_v4(network, ec); !ec) {
        return address && address->is_v4() && ip::make_network_v4(address->to_v4(), four.prefix_length()).canonical() == four.canonical();
    }
    if (const auto six = ip::make_network_v6(network, ec); !ec) {
        return address && address->is_v6() && ip::make_network_v6(address->to_v6(), six.prefix_length()).canonical() == six.canonical();
    }
    return fail(Code::invalid_argument, "NO_PROXY holds a network that is none; write 10.0.0.0/8 or fd00::/8");
}

/// Takes ":port" off the end of an exception and returns the port's digits; nullopt when there is none. An IPv6 address has
/// colons of its own and needs brackets to have a port.
std::optional<std::string> take_port(std::string& item) {
    const auto colon = item.rfind(':');
    if (colon == std::string::npos) return std::nullopt;
    const bool six = item.find(':') != colon && item[colon - 1] != ']';
    if (six) return std::nullopt;
    std::string port = item.substr(colon + 1);
    item.resize(colon);
    return port;
}

/// Does one exception of NO_PROXY name the endpoint?
Result<bool> names(std::string item, const Url& endpoint) {
    if (item == "*") return true;
    if (item.find('/') != std::string::npos) return in_network(item, endpoint);
    if (const auto port = take_port(item); port && *port != std::to_string(endpoint.port)) return false;
    if (const auto address = as_address(item)) return as_address(endpoint.host) == address;
    std::ranges::transform(item, item.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    if (item.starts_with("*.")) item.erase(0, 1);
    while (item.starts_with('.')) item.erase(0, 1);
    const bool well_formed = item.find_first_of("*:[]@") == std::string::npos;
    if (!well_formed || item.empty())
        return fail(Code::invalid_argument, "NO_PROXY holds what is neither a name, an address nor a network");
    return endpoint.host == item || endpoint.host.ends_with("." + item);
}

Result<Url> parse_proxy(const std::string& text) {
    auto proxy = parse_url(text.find("://") == std::string::npos ? "http://" + text : text, Credentials::allowed);
    if (!proxy) { return fail(Code::invalid_argument, "the proxy must be http://[user:password@]host:port; " + proxy.error().message); }
    if (proxy->tls)
        return fail(Code::invalid_argument, "a proxy that is itself reached over TLS is not supported; give its http:// address");
    return proxy;
}
}  // namespace

ProxySettings read_proxy_settings(const std::function<std::string(std::string_view)>& variable) {
    const auto first_of = [&](std::initializer_list<std::string_view> variables) {
        for (const auto name : variables) {
            if (auto value = variable(name); !value.empty()) return value;
        }
        return std::string{};
    };
    return {.http = first_of({"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"}),
            .https = first_of({"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"}),
            .except = first_of({"no_proxy", "NO_PROXY"})};
}

Result<std::optional<Url>> choose_proxy(const ProxySettings& settings, const Url& endpoint) {
    const std::string& chosen = endpoint.tls ? settings.https : settings.http;
    if (chosen.empty() || is_this_machine(endpoint)) return std::nullopt;
    constexpr auto kBetween = ", \t";
    for (auto at = settings.except.find_first_not_of(kBetween); at != std::string::npos;) {
        const auto end = std::min(settings.except.find_first_of(kBetween, at), settings.except.size());
        const auto excepted = names(settings.except.substr(at, end - at), endpoint);
        if (!excepted) return propagate(excepted);
        if (*excepted) return std::nullopt;
        at = settings.except.find_first_not_of(kBetween, end);
    }
    auto proxy = parse_proxy(chosen);
    if (!proxy) return propagate(proxy);
    return std::move(*proxy);
}

std::string proxy_authorization(const Url& proxy) {
    if (proxy.user.empty() && proxy.password.empty()) return {};
    const std::string plain = proxy.user + ":" + proxy.password;
    std::string coded((plain.size() + 2) / 3 * 4 + 1, '\0');  // OpenSSL ends it with a NUL
    const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(coded.data()), reinterpret_cast<const unsigned char*>(plain.data()),
                                     static_cast<int>(plain.size()));
    coded.resize(static_cast<std::size_t>(size));
    return "Proxy-Authorization: Basic " + coded + "\r\n";
}
}  // namespace rondo::net
