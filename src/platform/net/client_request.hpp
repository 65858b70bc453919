#pragma once
#include "platform/net/message.hpp"

#include <string>
#include <vector>

namespace rondo::net {
/// A request that one of our clients sends. Content-Length, what the client says of itself and, unless `headers` has it, Host are added
/// by the client.
struct ClientRequest {
    Method method{Method::get};
    std::string target{"/"};  ///< sent as it is: percent-encode before
    std::vector<Header> headers{};
    std::string body{};
    std::string content_type{"application/json"};  ///< sent with a body only
};
}  // namespace rondo::net
