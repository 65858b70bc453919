#pragma once
#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace rondo::net {
/// The address of a service, e.g. a provider's base URL. Pure.
struct Url {
    bool tls{false};           ///< https
    std::string host;          ///< lower case; an IPv6 literal without its brackets
    std::uint16_t port{0};     ///< 80 or 443 unless named
    std::string path;          ///< "" or "/v1": begins with '/', never ends with one; percent-encoded as it was
    std::string user;          ///< decoded; only where credentials are allowed
    std::string password;      ///< decoded

    /// "https://host:port/path" without credentials, for people; the port only if it is not the scheme's.
    [[nodiscard]] std::string shown() const;
    /// What goes into Host: brackets around an IPv6 literal, the port only if it is not the scheme's.
    [[nodiscard]] std::string authority() const;
    /// "host:port" with brackets around an IPv6 literal, as CONNECT wants it.
    [[nodiscard]] std::string host_and_port() const;
    [[nodiscard]] bool host_is_address() const;  ///< an IPv4 or IPv6 literal
};

enum class Credentials { refused, allowed };

/// Reads "http(s)://host[:port][/path]".
/// Errors: `invalid_argument` with what to write instead: other schemes, no or a malformed host, a port out of range, a query or
/// fragment, credentials where they are refused (they would end up in logs), blanks and control characters.
/// The message never repeats the text, which may hold a password.
[[nodiscard]] Result<Url> parse_url(std::string_view text, Credentials credentials = Credentials::refused);
}  // namespace rondo::net
