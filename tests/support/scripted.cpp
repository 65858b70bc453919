#include "support/scripted.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

namespace rondo::support {
asio::awaitable<Status> Gate::pass() {
    const auto executor = co_await asio::this_coro::executor;
    const auto signal = std::make_shared<Signal>(executor);
    {
        const std::scoped_lock lock{mutex_};
        if (open_) co_return Status{};
        waiting_.push_back({executor, signal});
    }
    co_return co_await signal->wait();  // open() can only be heard on this executor, so not before we wait
}

void Gate::open() {
    const std::scoped_lock lock{mutex_};
    open_ = true;
    for (const auto& waiter : std::exchange(waiting_, {})) {
        if (auto signal = waiter.signal.lock()) asio::post(waiter.executor, [signal = std::move(signal)] { signal->notify(); });
    }
}

void Gate::shut() {
    const std::scoped_lock lock{mutex_};
    open_ = false;
}

asio::awaitable<Result<llm::Completion>> ScriptedModel::complete(llm::ModelRequest, llm::DeltaSink sink, CallContext) {
    ++calls_;
    llm::Completion completion{.text = {}, .usage = {}, .model = "rehearsal", .finish_reason = "stop"};
    completion.usage.input = Tokens{7};
    completion.usage.output = Tokens{3};
    for (const auto& step : script_) {
        if (step.kind == Step::Kind::fail) co_return fail(step.code, "the script breaks off here");
        if (step.kind == Step::Kind::wait) {
            const auto passed = co_await gate_.pass();
            if (!passed) co_return propagate(passed);
            continue;
        }
        completion.text += step.text;
        if (!sink) continue;
        const auto sent = co_await sink({step.text});
        if (!sent) co_return propagate(sent);
    }
    co_return completion;
}

Status Faults::call() {
    if (calls_++ != nth_) return {};
    return fail(code_, "a fault of the test's own");
}

asio::awaitable<Result<agent::Outcome>> FaultyNode::run(const agent::NodeInput& input, CallContext ctx) const {
    if (!input.fallback) {
        const auto sound = faults_.call();
        if (!sound) co_return propagate(sound);
    }
    co_return co_await inner_->run(input, ctx);
}

asio::awaitable<Result<agent::Outcome>> GatedNode::run(const agent::NodeInput& input, CallContext ctx) const {
    const auto passed = co_await gate_.pass();
    if (!passed) co_return propagate(passed);
    co_return co_await inner_->run(input, ctx);
}
}  // namespace rondo::support
