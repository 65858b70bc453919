#pragma once
#include "base/result.hpp"
#include "platform/net/url.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace rondo::net {
/// What HTTP_PROXY, HTTPS_PROXY and NO_PROXY say, as it was written; empty: not set.
struct ProxySettings {
    std::string http;    ///< for http endpoints
    std::string https;   ///< for https endpoints
    std::string except;  ///< hosts reached without a proxy: "*", names (with their subdomains), addresses, "10.0.0.0/8", each with ":port"
                         ///< if wanted
};

/// Asks `variable` (e.g. the environment) for the settings. The lower-case name wins over the upper-case one, as it does in curl;
/// ALL_PROXY stands in for both.
[[nodiscard]] ProxySettings read_proxy_settings(const std::function<std::string(std::string_view name)>& variable);

/// The proxy to reach `endpoint` through; nullopt for the direct way. This machine (localhost, 127/8, ::1) is always reached directly.
/// Errors: `invalid_argument` for a proxy that is no http:// address (https:// and socks proxies are not supported) and for exceptions that
/// are no names or addresses.
[[nodiscard]] Result<std::optional<Url>> choose_proxy(const ProxySettings& settings, const Url& endpoint);

/// The header line that tells `proxy` who we are (Basic), line break included; empty without credentials.
[[nodiscard]] std::string proxy_authorization(const Url& proxy);
}  // namespace rondo::net
