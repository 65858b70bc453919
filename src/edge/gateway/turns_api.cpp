#include "base/async/within.hpp"
#include "base/hex.hpp"
#include "base/rng.hpp"
#include "edge/gateway/codec.hpp"
#include "edge/gateway/handlers.hpp"
#include "platform/net/problem.hpp"
#include "platform/net/sse.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/json.hpp>

#include <utility>

namespace rondo::gateway {
namespace {
/// A silent stream says something this often, so that proxies keep it open.
constexpr std::chrono::seconds kKeepAlive{15};
/// Events go out together up to about here: a late and slow reader does not make a second copy of the whole turn.
constexpr std::size_t kFramesBytes = 64U << 10U;
}  // namespace

asio::awaitable<void> Handlers::post_turn(net::Exchange& exchange) const {
    const TimePoint received = Clock::now();
    const auto& request = exchange.request();
    if (const auto status = accepting(); !status) co_return co_await refuse(exchange, status.error(), ctx);
    auto turn = turn_request(request.body, exchange.param("id"), request.header("idempotency-key"));
    if (!turn) co_return co_await refuse(exchange, turn.error(), ctx);
    turn->received = received;
    const SessionId id = turn->session;
    auto handle = co_await backend().turns.start(std::move(*turn), ctx);
    const auto counted = handle && !handle->replay ? *handle : turn::TurnHandle{};
    co_await answer_turn(exchange, ctx, id, std::move(handle));
    co_await count_tokens(backend().turns, api.gate_, caller.who, id, counted);
}

asio::awaitable<void> Handlers::regenerate_turn(net::Exchange& exchange) const {
    const TimePoint received = Clock::now();
    const auto& request = exchange.request();
    if (const auto status = accepting(); !status) co_return co_await refuse(exchange, status.error(), ctx);
    const auto number = turn_number(exchange.param("n"));
    if (!number) co_return co_await refuse(exchange, number.error(), ctx);
    auto turn = regenerate_request(request.body, exchange.param("id"), request.header("idempotency-key"));
    if (!turn) co_return co_await refuse(exchange, turn.error(), ctx);
    turn->received = received;
    const SessionId id = turn->session;
    auto handle = co_await backend().turns.regenerate(std::move(*turn), *number, ctx);
    const auto counted = handle && !handle->replay ? *handle : turn::TurnHandle{};
    co_await answer_turn(exchange, ctx, id, std::move(handle));
    co_await count_tokens(backend().turns, api.gate_, caller.who, id, counted);
}

asio::awaitable<void> Handlers::answer_turn(net::Exchange& exchange, CallContext ctx, SessionId id, Result<turn::TurnHandle> handle) const {
    if (!handle) co_return co_await refuse(exchange, handle.error(), ctx);
    const auto& request = exchange.request();
    if (request.header("accept").find("text/event-stream") != std::string_view::npos) {
        co_return co_await tell(exchange, ctx, id, std::move(*handle));
    }
    const bool replay = handle->replay;
    const auto ended = co_await backend().turns.ended(id, std::move(*handle));
    if (!ended) co_return co_await refuse(exchange, ended.error(), ctx);
    const auto& record = *ended;
    net::Response response;
    if (record->state == turn::State::failed) {
        response = net::problem(failed_turn(record->result), request.path, ctx.trace.trace_hex());
    } else {
        response.shared_body = std::shared_ptr<const std::string>{record, &record->result};  // as it stands in the record
    }
    if (replay) net::set_header(response, "Idempotent-Replay", "true");
    co_await exchange.respond(std::move(response));
}

asio::awaitable<void> count_tokens(turn::Turns& turns, Gate& gate, guard::Principal who, SessionId id, turn::TurnHandle handle) {
    if (who.limits.tokens_per_minute == 0 || (!handle.live && !handle.record)) co_return;
    // A client that hangs up early has the turn's tokens all the same.
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    const auto ended = co_await turns.ended(std::move(id), std::move(handle));
    if (ended) gate.spend(who, used_tokens((*ended)->result));
}

asio::awaitable<void> Handlers::turn_events(net::Exchange& exchange) const {
    const auto number = turn_number(exchange.param("n"));
    if (!number) co_return co_await refuse(exchange, number.error(), ctx);
    const SessionId id{exchange.param("id")};
    auto handle = co_await backend().turns.find(ctx, id, *number);
    if (!handle) co_return co_await refuse(exchange, handle.error(), ctx);
    co_await tell(exchange, ctx, id, std::move(*handle));
}

/// Streams the turn's events after Last-Event-ID until the last one.
asio::awaitable<void> Handlers::tell(net::Exchange& exchange, CallContext ctx, SessionId id, turn::TurnHandle handle) const {
    store::EventId after;
    if (const auto last = exchange.request().header("last-event-id"); !last.empty()) {
        const auto parsed = store::EventId::parse(last);
        if (!parsed) {
            co_return co_await refuse(exchange, {Code::invalid_argument, "Last-Event-ID must be an id of this stream, like 3.17"}, ctx);
        }
        after = *parsed;
    }
    net::Response head;
    if (handle.replay) net::set_header(head, "Idempotent-Replay", "true");
    auto stream = co_await exchange.stream(std::move(head));
    if (!stream) co_return;
    for (;;) {
        auto events = co_await within(CallContext{}.within(kKeepAlive), backend().turns.events(ctx, id, handle, after));
        if (!events && events.error().code == Code::deadline_exceeded) {
            if (!co_await (*stream)->comment("keep-alive")) co_return;
            continue;
        }
        if (!events) {
            if (events.error().code == Code::cancelled) co_return;
            const auto problem = net::problem(events.error(), exchange.request().path, ctx.trace.trace_hex());
            co_await (*stream)->send("", "failed", problem.body);
            break;
        }
        if (events->empty()) break;
        std::string frames;
        for (const auto& event : *events) {
            frames += net::sse_frame(event.id.to_string(), event.type, *event.data);
            if (frames.size() >= kFramesBytes && !co_await (*stream)->send_raw(std::exchange(frames, {}))) co_return;
        }
        after = events->back().id;
        if (!frames.empty() && !co_await (*stream)->send_raw(std::move(frames))) co_return;
        if (!handle.live) break;  // an ended turn is told in one piece
    }
    co_await (*stream)->finish();
}

asio::awaitable<void> Handlers::stop_turn(net::Exchange& exchange) const {
    const auto number = turn_number(exchange.param("n"));
    if (!number) co_return co_await refuse(exchange, number.error(), ctx);
    const auto status = co_await backend().turns.stop(ctx, SessionId{exchange.param("id")}, *number);
    if (!status) co_return co_await refuse(exchange, status.error(), ctx);
    co_await answer(exchange, 202, {{"session_id", exchange.param("id")}, {"turn_number", *number}, {"status", "stopping"}});
}

asio::awaitable<void> Handlers::submit_feedback(net::Exchange& exchange) const {
    if (const auto status = accepting(); !status) co_return co_await refuse(exchange, status.error(), ctx);
    auto feedback = feedback_request(exchange.request().body);
    if (!feedback) co_return co_await refuse(exchange, feedback.error(), ctx);
    feedback->tenant = ctx.scope.tenant.value;
    // With an Idempotency-Key the id follows from the key: the table keeps the first rating of an id.
    const auto key = exchange.request().header("idempotency-key");
    Rng rng = Rng::from_entropy();
    feedback->id =
        key.empty() ? new_id("f_", rng)
                    : "f_" + to_hex(store::Idempotency::digest(feedback->tenant + "\n" + ctx.scope.user.value + "\n" + std::string{key}));
    feedback->at = Clock::wall();
    const auto stored = co_await backend().turns.rate(std::move(*feedback), ctx);
    if (!stored) co_return co_await refuse(exchange, stored.error(), ctx);
    co_await answer(exchange, 200, feedback_json(*stored));
}
}  // namespace rondo::gateway
