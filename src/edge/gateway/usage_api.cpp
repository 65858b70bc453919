#include "edge/gateway/handlers.hpp"
#include "edge/gateway/money_codec.hpp"
#include "engine/ledger/calendar.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

namespace rondo::gateway {
namespace {
/// Narrows the query to what the caller itself spent. Errors: `not_found` for somebody else's.
Status keep_to_own(ledger::UsageQuery& query, const CallContext& ctx) {
    const auto payer = ledger::spender_of(ctx, "").scope.user;
    if (!query.user.empty() && query.user != ctx.scope.user.value && query.user != payer.value)
        return fail(Code::not_found, "there is no usage of that user");
    query.user = payer.value;
    if (payer == ctx.scope.user) return {};
    // Others may pay from the same budget; what was spent with this key is the caller's part.
    if (!query.key.empty() && query.key != ctx.key) return fail(Code::not_found, "there is no usage of that key");
    query.key = ctx.key;
    return {};
}
}  // namespace

asio::awaitable<void> Handlers::get_usage(net::Exchange& exchange) const {
    const auto& request = exchange.request();
    auto query = usage_query(request, ledger::windows_at(Clock::wall()).day());
    if (!query) co_return co_await refuse(exchange, query.error(), ctx);
    const auto csv = wants_csv(request);
    if (!csv) co_return co_await refuse(exchange, csv.error(), ctx);
    query->tenant = ctx.scope.tenant;
    if (ctx.reach == Reach::own) {
        if (const auto own = keep_to_own(*query, ctx); !own) co_return co_await refuse(exchange, own.error(), ctx);
    }
    auto& database = backend().operations.database;
    // So that a caller finds what it just used. A full disk keeps the tables behind, not from being read.
    static_cast<void>(co_await backend().operations.ledger.flush());
    static_cast<void>(co_await database.projected(database.stats().last_seq));
    const auto page = co_await database.read([wanted = *query](store::Reader& reader) { return ledger::usage(reader, wanted); });
    if (!page) co_return co_await refuse(exchange, page.error(), ctx);
    if (!*csv) co_return co_await answer(exchange, 200, usage_json(*query, *page));
    net::Response response{.content_type = "text/csv; charset=utf-8", .body = ledger::usage_csv(*page)};
    const auto date = [](std::int64_t day) { return ledger::window_text(ledger::Period::day, day); };
    response.headers.push_back({"Content-Disposition", fmt::format("attachment; filename=\"usage-{}-{}-{}.csv\"", name(query->by),
                                                                   date(query->first_day), date(query->last_day))});
    if (page->next) response.headers.push_back({"Link", fmt::format("<{}>; rel=\"next\"", target_after(request, *page->next))});
    co_await exchange.respond(std::move(response));
}
}  // namespace rondo::gateway
