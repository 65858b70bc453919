#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What a client offers in Sec-WebSocket-Extensions, and what we take of it (RFC 6455, section 9; RFC 7692, section 7.1). Pure.
namespace rondo::net {
struct Extension {
    struct Parameter {
        std::string name;
        std::optional<std::string> value{};  ///< without quotes; none: no '='
    };
    std::string name;
    std::vector<Parameter> parameters{};
};
/// nullopt: not of the form the RFC gives, so that the handshake has to fail. Empty elements of the list are skipped.
[[nodiscard]] std::optional<std::vector<Extension>> parse_extensions(std::string_view header);

/// permessage-deflate as agreed on. Neither side keeps a context from one message to the next: one of ours would cost memory for as long
/// as the connection lives, one of the peer's would too.
struct DeflateTerms {
    int window_bits;     ///< of what we send, 8 to 15
    std::string answer;  ///< for Sec-WebSocket-Extensions
};
/// The first offer that can be kept; one with an unknown, repeated or wrong parameter cannot.
[[nodiscard]] std::optional<DeflateTerms> accept_deflate(const std::vector<Extension>& offers);
}  // namespace rondo::net
