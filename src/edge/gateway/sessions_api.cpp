#include "base/hex.hpp"
#include "base/rng.hpp"
#include "edge/gateway/codec.hpp"
#include "edge/gateway/handlers.hpp"

#include <boost/json.hpp>

#include <fmt/format.h>

namespace rondo::gateway {
Status complete_session(turn::SessionCreated& wanted, const CallContext& ctx, std::string_view idempotency_key) {
    wanted.tenant = ctx.scope.tenant.value;
    if (wanted.user.empty()) wanted.user = ctx.scope.user.value;
    if (!ctx.reaches({ctx.scope.tenant, UserId{wanted.user}})) {
        return fail(Error{.code = Code::permission_denied,
                          .message = "this key is for one user; leave user_id out, or use an admin's key",
                          .reason = "ANOTHER_USER"});
    }
    if (wanted.id.empty()) {
        // With an Idempotency-Key the id follows from the key, so a repetition meets the session the first attempt made.
        Rng rng = Rng::from_entropy();
        wanted.id = idempotency_key.empty() ? new_id("s_", rng)
                                            : "s_" + to_hex(store::Idempotency::digest(
                                                         fmt::format("{}\n{}\n{}", wanted.tenant, ctx.scope.user.value, idempotency_key)));
    }
    wanted.at = Clock::wall();
    wanted.seed = Rng{mix(std::hash<std::string>{}(wanted.id), 0)}.next();
    return {};
}

asio::awaitable<void> Handlers::create_session(net::Exchange& exchange) const {
    if (const auto status = accepting(); !status) co_return co_await refuse(exchange, status.error(), ctx);
    auto wanted = session_request(exchange.request().body);
    if (!wanted) co_return co_await refuse(exchange, wanted.error(), ctx);
    const auto owned = complete_session(*wanted, ctx, exchange.request().header("idempotency-key"));
    if (!owned) co_return co_await refuse(exchange, owned.error(), ctx);
    const auto made = co_await backend().turns.create(std::move(*wanted));
    if (!made) co_return co_await refuse(exchange, made.error(), ctx);
    const auto catalog = backend().catalog();
    const auto scenario = catalog->find(made->stored.created.scenario);
    co_await answer(exchange, made->created ? 201 : 200, session_json(made->stored, scenario.get()));
}

boost::json::object Handlers::shown(const turn::StoredSession& session, const turn::Catalog& catalog) const {
    auto json = session_json(session, catalog.find(session.created.scenario).get());
    if (caller.redacts(session.created.user)) redact_session(json);
    return json;
}

asio::awaitable<void> Handlers::list_sessions(net::Exchange& exchange) const {
    const auto page = paging(exchange.request());
    if (!page) co_return co_await refuse(exchange, page.error(), ctx);
    auto words = turn::SearchWords::parse(exchange.request().query_value("q").value_or(""));
    if (!words) co_return co_await refuse(exchange, words.error(), ctx);
    if (!words->empty()) {
        auto own = ctx;
        own.reach = caller.redacts_others() ? Reach::own : ctx.reach;  // a search tells what texts hold
        co_return co_await search_sessions(exchange, own, std::move(*words), *page);
    }
    const auto found = co_await backend().turns.list(ctx, page->cursor, page->limit);
    if (!found) co_return co_await refuse(exchange, found.error(), ctx);
    const auto catalog = backend().catalog();
    boost::json::array items;
    for (const auto& session : found->items) items.push_back(shown(session, *catalog));
    co_await answer(exchange, 200,
                    {{"items", std::move(items)}, {"next", found->next ? boost::json::value(std::to_string(found->next)) : nullptr}});
}

asio::awaitable<void> Handlers::search_sessions(net::Exchange& exchange, CallContext ctx, turn::SearchWords words, Paging page) const {
    const auto found = co_await backend().turns.search(ctx, std::move(words), page.cursor, page.limit);
    if (!found) co_return co_await refuse(exchange, found.error(), ctx);
    const auto catalog = backend().catalog();
    boost::json::array items;
    for (const auto& [session, message] : found->items) {
        auto item = shown(session, *catalog);
        item["match"] = nullptr;
        if (message)
            item["match"] = {{"turn_number", message->turn}, {"role", message->by_user ? "user" : "npc"}, {"snippet", message->snippet}};
        items.push_back(std::move(item));
    }
    co_await answer(exchange, 200,
                    {{"items", std::move(items)}, {"next", found->next ? boost::json::value(std::to_string(found->next)) : nullptr}});
}

asio::awaitable<void> Handlers::get_session(net::Exchange& exchange) const {
    std::optional<std::int64_t> running;
    const auto found = co_await backend().turns.session(ctx, SessionId{exchange.param("id")}, &running);
    if (!found) co_return co_await refuse(exchange, found.error(), ctx);
    auto json = shown(*found, *backend().catalog());
    json["running_turn"] = running ? boost::json::value(*running) : nullptr;
    co_await answer(exchange, 200, json);
}

asio::awaitable<void> Handlers::list_messages(net::Exchange& exchange) const {
    const auto page = paging(exchange.request());
    if (!page) co_return co_await refuse(exchange, page.error(), ctx);
    const auto path = leaf(exchange.request());
    if (!path) co_return co_await refuse(exchange, path.error(), ctx);
    const auto found = co_await backend().turns.messages(ctx, SessionId{exchange.param("id")}, *path, page->cursor, page->limit);
    if (!found) co_return co_await refuse(exchange, found.error(), ctx);
    boost::json::array items;
    for (const auto& turn : found->items) append_messages(items, turn);
    if (caller.redacts_others()) {
        const auto session = co_await backend().turns.session(ctx, SessionId{exchange.param("id")});
        if (!session) co_return co_await refuse(exchange, session.error(), ctx);
        if (caller.redacts(session->created.user)) redact_messages(items);
    }
    co_await answer(exchange, 200,
                    {{"items", std::move(items)}, {"next", found->next ? boost::json::value(std::to_string(found->next)) : nullptr}});
}

asio::awaitable<void> Handlers::delete_session(net::Exchange& exchange) const {
    const auto status = co_await backend().turns.remove(ctx, SessionId{exchange.param("id")});
    if (!status) co_return co_await refuse(exchange, status.error(), ctx);
    co_await exchange.respond({.status = 204, .content_type = ""});
}
}  // namespace rondo::gateway
