#include "edge/gateway/assets.hpp"

#include "platform/net/exchange.hpp"
#include "platform/net/problem.hpp"

#include <memory>
#include <string>

namespace rondo::gateway {
namespace {
constexpr const char* kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; "
    "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

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

net::Handler serve(const Asset& asset) {
    const auto body = std::make_shared<const std::string>(asset.bytes);
    // Only index.html keeps its name from build to build; the others carry a hash in theirs.
    const bool entry = asset.path == "index.html";
    return [body, entry, type = content_type(asset.path)](net::Exchange& exchange) -> net::asio::awaitable<void> {
        net::Response response{.content_type = type, .shared_body = body};
        net::set_header(response, "Cache-Control", entry ? "no-cache" : "public, max-age=31536000, immutable");
        net::set_header(response, "Content-Security-Policy", kPolicy);
        net::set_header(response, "Referrer-Policy", "no-referrer");
        co_await exchange.respond(std::move(response));
    };
}
}  // namespace

void add_assets(net::RouteTable& table) {
    for (const auto& asset : page_assets()) {
        const std::string path = asset.path == "index.html" ? "/" : "/" + std::string{asset.path};
        table.add({.method = net::Method::get, .pattern = path, .handler = serve(asset), .name = "page", .summary = "The page."});
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
