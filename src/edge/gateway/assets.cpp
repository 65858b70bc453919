#include "edge/gateway/assets.hpp"

#include "platform/net/exchange.hpp"
#include "platform/net/problem.hpp"

#include <memory>
#include <string>

namespace rondo::gateway {
namespace {
struct Security {
    std::string_view name, value;
};
/// What the page may do: load its own files and talk to its own server, which for connect-src includes ws: and wss: of the same host
/// (CSP 3). No inline code or style, no eval, no frame around it, no page that opened it or that it opened.
constexpr Security kSecurity[] = {
    {"Content-Security-Policy",
     "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; "
     "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Permissions-Policy",
     "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), "
     "usb=()"},
    {"Referrer-Policy", "no-referrer"},
    {"X-Frame-Options", "DENY"},
};
/// For a year; sent where it counts, over TLS only.
constexpr const char* kStrictTransport = "max-age=31536000";

struct Type {
    std::string_view ending, content_type;
};
constexpr Type kTypes[] = {{".html", "text/html; charset=utf-8"}, {".js", "text/javascript; charset=utf-8"},
                           {".css", "text/css; charset=utf-8"},   {".svg", "image/svg+xml"},
                           {".json", "application/json"},         {".webmanifest", "application/manifest+json"}};

std::string content_type(std::string_view path) {
    for (const auto& type : kTypes) {
        if (path.ends_with(type.ending)) return std::string{type.content_type};
    }
    return "application/octet-stream";
}

/// `lasting`: the name carries a hash of the content, so what it names never changes.
net::Handler serve(const Asset& asset, bool lasting) {
    const auto body = std::make_shared<const std::string>(asset.bytes);
    return [body, lasting, type = content_type(asset.path)](net::Exchange& exchange) -> net::asio::awaitable<void> {
        net::Response response{.content_type = type, .shared_body = body};
        net::set_header(response, "Cache-Control", lasting ? "public, max-age=31536000, immutable" : "no-cache");
        for (const auto& [name, value] : kSecurity) response.headers.push_back({std::string{name}, std::string{value}});
        if (exchange.request().secure) response.headers.push_back({"Strict-Transport-Security", kStrictTransport});
        co_await exchange.respond(std::move(response));
    };
}
}  // namespace

void add_assets(net::RouteTable& table) {
    for (const auto& asset : api_assets()) {
        const bool document = asset.path == "openapi.json";
        const bool page = asset.path == "docs.html";
        table.add({.method = net::Method::get,
                   .pattern = page ? "/docs" : "/" + std::string{asset.path},
                   .handler = serve(asset, false),
                   .name = document ? "openapi"
                           : page   ? "docs"
                                    : "page",
                   .summary = document ? "This document."
                              : page   ? "This document, for people."
                                       : "Part of the page."});
    }
    for (const auto& asset : page_assets()) {
        const bool entry = asset.path == "index.html";
        const std::string path = entry ? "/" : "/" + std::string{asset.path};
        table.add({.method = net::Method::get, .pattern = path, .handler = serve(asset, !entry), .name = "page", .summary = "The page."});
    }
    if (!page_assets().empty()) return;
    table.add({.method = net::Method::get,
               .pattern = "/",
               .handler = [](net::Exchange& exchange) -> net::asio::awaitable<void> {
                   co_await exchange.respond(
                       net::problem({Code::not_found, "this binary was built without the page; ./run builds it"}, "/"));
               },
               .name = "page",
               .summary = "The page."});
}
}  // namespace rondo::gateway
