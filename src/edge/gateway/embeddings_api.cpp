#include "base/rng.hpp"
#include "edge/gateway/handlers.hpp"
#include "edge/gateway/openai_codec.hpp"
#include "edge/gateway/sdk_call.hpp"
#include "engine/llm/attempt_details.hpp"

#include <boost/asio/this_coro.hpp>

#include <utility>

namespace rondo::gateway {
asio::awaitable<void> Handlers::embeddings(net::Exchange& exchange) const {
    co_await asio::this_coro::throw_if_cancelled(false);  // what a call used is counted, also when its caller has left
    Rng rng = Rng::from_entropy();
    sdk::Call call{exchange, sdk::openai_dialect(), ctx, new_id("d_", rng)};
    if (const auto status = accepting(); !status) co_return co_await call.refuse(status.error());
    auto request = openai::embeddings_request(exchange.request().body);
    if (!request) co_return co_await call.refuse(request.error());
    const std::string model = request->ask.model;
    const auto receipt = std::make_shared<ledger::Receipt>();
    request->ask.purpose.decision_id = call.decision_id();
    request->ask.purpose.receipt = receipt;
    exchange.watch_peer();
    const auto answer = co_await backend().embed(std::move(request->ask), call.ctx());
    api.gate_.spend(caller.who, receipt->usage.total().count);
    if (!answer) co_return co_await call.refuse(answer.error());
    call.went(llm::origin_of(answer->target, answer->attempts));
    co_await call.answer(openai::embeddings_json(*answer, model, request->base64));
}
}  // namespace rondo::gateway
