#include "base/async/within.hpp"
#include "base/json_reader.hpp"
#include "edge/gateway/codec.hpp"
#include "edge/gateway/handlers.hpp"
#include "platform/net/sse.hpp"

#include <boost/json.hpp>

#include <utility>

namespace rondo::gateway {
namespace {
/// A silent stream says something this often, so that proxies keep it open.
constexpr std::chrono::seconds kKeepAlive{15};

/// Where the reader was: `Last-Event-ID`, else the query's `after`, else the beginning. Errors: `invalid_argument`.
Result<store::EventId> place(const net::Request& request) {
    const auto header = request.header("last-event-id");
    const auto query = request.query_value("after");
    if (header.empty() && !query) return store::EventId{};
    const auto parsed = store::EventId::parse(header.empty() ? std::string_view{*query} : header);
    if (parsed) return *parsed;
    return fail(json::invalid({{header.empty() ? "after" : "Last-Event-ID", "must be an id of this list, like 3.17"}}));
}
}  // namespace

asio::awaitable<void> Handlers::list_events(net::Exchange& exchange) const {
    const auto& request = exchange.request();
    std::vector<Fault> faults;
    const auto limit = static_cast<std::size_t>(limit_of(request, 100, OperatorFeed::kEvents, faults));
    if (!faults.empty()) co_return co_await refuse(exchange, json::invalid(std::move(faults)), ctx);
    const auto after = place(request);
    if (!after) co_return co_await refuse(exchange, after.error(), ctx);
    auto found = backend().operations.feed.events(ctx.scope.tenant, *after, limit + 1);
    if (!found) co_return co_await refuse(exchange, found.error(), ctx);
    if (request.header("accept").contains("text/event-stream")) co_return co_await follow_events(exchange, ctx, *after);
    const bool more = found->size() > limit;
    if (more) found->pop_back();
    std::string body = R"({"items":[)";
    for (const auto& event : *found) {
        if (body.back() == '}') body += ',';
        body += *event.data;
    }
    body += R"(],"next":)" + (more ? '"' + found->back().id.to_string() + '"' : "null") + '}';
    co_await exchange.respond({.body = std::move(body)});
}

asio::awaitable<void> Handlers::follow_events(net::Exchange& exchange, CallContext ctx, store::EventId after) const {
    auto stream = co_await exchange.stream({});
    if (!stream) co_return;
    for (;;) {
        const auto events = co_await within(CallContext{}.within(kKeepAlive), backend().operations.feed.next(ctx.scope.tenant, after));
        if (!events && events.error().code == Code::deadline_exceeded) {
            if (!co_await (*stream)->comment("keep-alive")) co_return;
            continue;
        }
        if (!events) co_return;
        if (events->empty()) break;  // the server goes down
        std::string frames;
        for (const auto& event : *events) frames += net::sse_frame(event.id.to_string(), event.type, *event.data);
        after = events->back().id;
        if (!co_await (*stream)->send_raw(std::move(frames))) co_return;
    }
    co_await (*stream)->finish();
}
}  // namespace rondo::gateway
