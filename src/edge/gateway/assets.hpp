#pragma once
#include "platform/net/route_table.hpp"

#include <span>
#include <string_view>

namespace rondo::gateway {
/// A file compiled into the binary.
struct Asset {
    std::string_view path;  ///< below /, e.g. "index.html"
    std::string_view bytes;
};
/// Every file of build/web at the time of the build; empty when the page was not built.
[[nodiscard]] std::span<const Asset> page_assets();
/// Every file of api/: the OpenAPI document and the page that shows it.
[[nodiscard]] std::span<const Asset> api_assets();

/// Serves the page at / and its files beside it, /openapi.json and /docs, all under a strict content security policy.
void add_assets(net::RouteTable& table);
}  // namespace rondo::gateway
