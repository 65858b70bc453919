#pragma once
#include "base/result.hpp"
#include "platform/net/message.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace rondo::net {
/// Which web pages may use a server, and under which names it may be asked (RFC 6454, Fetch's CORS protocol). Pure, constant.
///
/// A browser says in Origin which page a request is from; programs say nothing. A page of this server has the scheme, name and port the
/// server is asked under; other pages are foreign unless they are listed. An Origin is taken as browsers write it, byte
/// for byte: lower case, no default port, no trailing dot more than the name has; whatever else looks like one is foreign.
class OriginPolicy {
public:
    struct Lists {
        std::vector<std::string> origins{};  ///< "https://chat.example.org", as browsers write them
        std::vector<std::string> hosts{};    ///< names beside the loopback ones, without port
    };
    enum class Standing {
        none,     ///< no Origin: not a browser, or one that reads a page of ours
        same,     ///< a page of this server
        allowed,  ///< a listed one
        foreign,  ///< any other, `null` (files, sandboxed frames), several Origins
    };

    OriginPolicy() : OriginPolicy{Lists{}} {}
    explicit OriginPolicy(Lists lists);

    [[nodiscard]] Standing standing(const Request& request) const;
    /// What changes something may come from programs and pages that may use the server. Reading needs no Origin: browsers keep
    /// answers from foreign pages. Errors: `permission_denied`, reason FOREIGN_ORIGIN.
    [[nodiscard]] Status admit(const Request& request) const;
    /// Browsers let every page open a WebSocket anywhere and read it, so the server has to look. `by_ticket`: what was shown is a ticket,
    /// which browsers alone need, so that an Origin must be there. Errors: as admit().
    [[nodiscard]] Status admit_web_socket(const Request& request, bool by_ticket) const;

    /// Whether the server may be asked under this Host: a loopback name or address, or a listed one. A page whose name its owner
    /// makes point here (DNS rebinding) passes for one of ours in all but this. Errors: `permission_denied`, reason UNKNOWN_HOST.
    [[nodiscard]] Status admit_host(const Request& request) const;

    /// Pages of other origins may be served at all: answers depend on Origin then.
    [[nodiscard]] bool crosses() const { return !lists_.origins.empty(); }

private:
    Lists lists_;
};

/// "http" or "https", "://", a name in lower case or an address, and a port unless it is the scheme's own; as browsers write an origin.
[[nodiscard]] bool is_origin(std::string_view text);
/// A name or address as in a Host header, without port.
[[nodiscard]] bool is_host_name(std::string_view text);
}  // namespace rondo::net
