#include "app/voice.hpp"

#include "base/text/token_counter.hpp"
#include "talk/scenario/rehearsal_model.hpp"

#include <utility>

namespace rondo::app {
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
    } else if (!told.empty()) {  // the whole prompt, and the output as far as it got; else it was never asked
        bill.attempt.usage.input = scenario::RehearsalModel::input_tokens(request);
        bill.attempt.usage.output = text::TokenCounter{}.count(told);
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
