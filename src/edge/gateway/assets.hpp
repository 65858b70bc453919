#pragma once
#include "platform/net/route_table.hpp"

#include <span>
#include <string_view>

namespace rondo::gateway {
/// A file of the page, compiled into the binary.
struct Asset {
    std::string_view path;  ///< below /, e.g. "index.html"
    std::string_view bytes;
};
/// Every file of build/web at the time of the build; empty when the page was not built.
[[nodiscard]] std::span<const Asset> page_assets();

/// Serves the page at / and its files beside it, under a strict content security policy.
void add_assets(net::RouteTable& table);
}  // namespace rondo::gateway
