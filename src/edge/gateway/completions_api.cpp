// The model gateway as OpenAI's and Anthropic's SDKs speak to it: one flow for both; sdk_wire.hpp says what differs.
#include "base/rng.hpp"
#include "edge/gateway/handlers.hpp"
#include "edge/gateway/sdk_call.hpp"
#include "engine/llm/attempt_details.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/json.hpp>

#include <utility>

namespace rondo::gateway {
namespace {
constexpr std::size_t kFramesBytes = 16U << 10U;  ///< written at once at most
}

asio::awaitable<void> Handlers::chat_completions(net::Exchange& exchange) const { co_await complete(exchange, sdk::openai_dialect()); }

asio::awaitable<void> Handlers::anthropic_messages(net::Exchange& exchange) const { co_await complete(exchange, sdk::anthropic_dialect()); }

asio::awaitable<void> Handlers::complete(net::Exchange& exchange, const sdk::Dialect& dialect) const {
    co_await asio::this_coro::throw_if_cancelled(false);  // what a call used is counted, also when its caller has left
    Rng rng = Rng::from_entropy();
    sdk::Call call{exchange, dialect, ctx, new_id("d_", rng)};
    if (const auto status = accepting(); !status) co_return co_await call.refuse(status.error());
    const auto session = exchange.request().header("x-session-id");
    if (valid_id(session)) call.in_session(std::string{session});
    auto wire = dialect.read(exchange.request().body, new_id("", rng));
    if (!wire) co_return co_await call.refuse(wire.error());
    exchange.watch_peer();
    if (const auto scenario = played_scenario((*wire)->ask.model)) co_return co_await converse(call, **wire, *scenario);
    co_await pass_through(call, **wire);
}

asio::awaitable<void> Handlers::pass_through(sdk::Call& call, sdk::Wire& wire) const {
    co_await asio::this_coro::throw_if_cancelled(false);
    llm::Model* model = backend().model();
    if (!model) {
        const Error none{.code = Code::not_found,
                         .message = "no provider is configured: set llm.targets, or ask for a scenario as rondo/NAME",
                         .reason = "NO_TARGET"};
        co_return co_await call.refuse(none);
    }
    const auto receipt = std::make_shared<ledger::Receipt>();
    wire.ask.purpose.session = call.session();
    wire.ask.purpose.decision_id = call.decision_id();
    wire.ask.purpose.receipt = receipt;
    wire.ask.use_fallback = false;  // a program that asked for a model wants its answer or the error
    std::string frames;  // of pieces that came together
    llm::DeltaSink sink;
    if (wire.streams()) {
        sink = [&call, &wire, &frames](llm::Delta delta) -> asio::awaitable<Status> {
            if (delta.origin) call.went(*delta.origin);
            frames += wire.delta(delta);
            if (delta.more && frames.size() < kFramesBytes) co_return Status{};
            co_return co_await call.send(std::exchange(frames, {}));
        };
    }
    const auto completion = co_await model->complete(std::move(wire.ask), std::move(sink), call.ctx());
    api.gate_.spend(caller.who, receipt->usage.total().count);
    if (completion && !call.streaming())
        call.went(llm::origin_of(completion->target.empty() ? completion->rung : completion->target, completion->attempts));
    if (completion && !wire.streams()) co_return co_await call.answer(wire.whole(*completion));
    if (!completion && !call.streaming()) co_return co_await call.refuse(completion.error());
    // Once the head has left an error is told in the stream, and nothing follows it.
    frames += completion ? wire.finish(*completion) : wire.error(completion.error());
    const auto sent = co_await call.send(std::move(frames));
    if (sent) co_await call.finish();
}

asio::awaitable<void> Handlers::list_models(net::Exchange& exchange) const {
    std::vector<std::string> ids = backend().models();
    const auto catalog = backend().catalog();
    for (const auto& [id, scenario] : catalog->scenarios()) ids.push_back(std::string{kScenarioModels} + id);
    sdk::Call call{exchange, sdk::dialect_of(exchange.request()), ctx, ""};
    co_await call.answer(call.dialect().models(ids));
}
}  // namespace rondo::gateway
