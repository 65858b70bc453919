#pragma once
#include "base/result.hpp"
#include "platform/net/message.hpp"
#include "platform/net/web_socket_offer.hpp"

#include <string>
#include <string_view>
#include <vector>

/// The opening handshake of RFC 6455, section 4.2. Pure.
namespace rondo::net {
struct Handshake {
    std::string accept;  ///< for Sec-WebSocket-Accept
    std::vector<Extension> offers;
};

/// `http11`: the request says it is HTTP/1.1. Errors: `invalid_argument` with reason WEBSOCKET_EXPECTED (a plain request),
/// WEBSOCKET_VERSION (not 13) or MALFORMED_HANDSHAKE.
[[nodiscard]] Result<Handshake> check_handshake(const Request& request, bool http11);

/// What answers a key (section 4.2.2, 5.4).
[[nodiscard]] std::string accept_of(std::string_view key);
/// True when a header of that name (there may be several) has `word` among its comma-separated tokens, in any case.
[[nodiscard]] bool has_token(const std::vector<Header>& headers, std::string_view name, std::string_view word);
}  // namespace rondo::net
