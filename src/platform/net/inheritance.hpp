#pragma once
#include "platform/net/descriptor.hpp"

#include <functional>
#include <string>
#include <vector>

namespace rondo::net {
/// A connection that leaves one server for another, between two requests: nothing of the next one has been acted upon.
struct Travelling {
    Descriptor socket;
    std::string unread{};  ///< bytes of the next request that were read from the socket already; bounded by the largest head
};
/// Where they go. Called on any of the server's threads; must not block or throw.
using TravelAgent = std::function<void(Travelling connection)>;

/// What a server begins with instead of a socket of its own.
struct Inheritance {
    Descriptor listener{};  ///< bound and listening; none: the server makes its own
    std::vector<Travelling> connections{};
};
}  // namespace rondo::net
