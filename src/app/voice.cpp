#include "app/voice.hpp"

#include "base/text/token_counter.hpp"
#include "talk/scenario/rehearsal_model.hpp"

#include <utility>

namespace rondo::app {
namespace {
/// The tokens of an answer that broke off: the whole prompt, and the output as far as it got.
ledger::Usage used(const llm::ModelRequest& request, Tokens told) {
    const text::TokenCounter counter;
    ledger::Usage usage{.input = {}, .output = told, .cache_write = {}, .cache_read = {}};
    for (const auto& message : request.messages) usage.input += counter.count(message.text);
    for (const auto& source : request.sources) usage.input += counter.count(source);
    return usage;
}
}  // namespace

std::string_view Voice::name() const {
    const llm::Model* provided = providers_.model();
    return provided ? provided->name() : embedded_.name();
}

asio::awaitable<Result<llm::Completion>> Voice::complete(llm::ModelRequest request, llm::DeltaSink sink, CallContext ctx) {
    if (llm::Model* provided = providers_.model()) return provided->complete(std::move(request), std::move(sink), std::move(ctx));
    return embedded(std::move(request), std::move(sink), std::move(ctx));
}

asio::awaitable<Result<llm::Completion>> Voice::embedded(llm::ModelRequest request, llm::DeltaSink sink, CallContext ctx) {
    co_await asio::this_coro::throw_if_cancelled(false);
    auto hold = co_await meter_.reserve(request.purpose, Money{}, ctx);
    if (!hold) co_return propagate(hold);
    std::string told;
    llm::DeltaSink listening;
    if (sink) {
        listening = [&](llm::Delta delta) {
            told += delta.text;
            return sink(std::move(delta));
        };
    }
    auto answer = co_await embedded_.complete(request, std::move(listening), std::move(ctx));
    llm::Bill bill{.attempt = {.target = {}}, .model = std::string{scenario::RehearsalModel::kBilledAs}};
    if (answer) {
        bill.attempt.usage = answer->usage;
    } else if (!told.empty()) {  // else it was never asked
        bill.attempt.usage = used(request, text::TokenCounter{}.count(told));
        bill.usage_estimated = true;
    }
    if (!answer) {
        bill.attempt.error = answer.error();
        bill.failed = llm::class_of(answer.error());
    }
    (*hold)->settle(bill);
    co_return answer;
}
}  // namespace rondo::app
