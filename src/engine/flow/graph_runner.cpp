#include "engine/flow/graph_runner.hpp"

#include "base/async/signal.hpp"
#include "base/async/within.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <exception>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace rondo::flow {
namespace {
std::unexpected<Error> gave_up() { return fail(Code::cancelled, "caller gave up"); }

/// Cancellation is told once, to whatever waits at that moment; who starts something new must look whether it came before.
asio::awaitable<bool> cancelled() {
    const auto state = co_await asio::this_coro::cancellation_state;
    co_return state.cancelled() != asio::cancellation_type::none;
}

bool retryable(Code code) {
    return code == Code::unavailable || code == Code::deadline_exceeded || code == Code::resource_exhausted || code == Code::internal;
}

/// Neither retried nor degraded: a refusal is passed on, never routed around.
bool final_for_all(Code code) { return code == Code::cancelled || code == Code::permission_denied || code == Code::unauthenticated; }
}  // namespace

std::string_view name(NodeStatus status) noexcept {
    switch (status) {
        case NodeStatus::ok: return "ok";
        case NodeStatus::error: return "error";
        case NodeStatus::skipped: return "skipped";
        case NodeStatus::fallback: return "fallback";
        case NodeStatus::cancelled: return "cancelled";
    }
    return "error";
}

/// What all nodes of one run share; lives in the coroutine of `run`.
struct GraphRunner::Job {
    const WorkflowGraph& graph;
    const NodeFunction& function;
    Observer& observer;
    CallContext ctx;

    asio::awaitable<Result<Outcome>> call(NodeIndex node, int attempt, bool fallback) const {
        const NodeCall call{.node = graph.name(node), .attempt = attempt, .fallback = fallback};
        const auto& deadline = graph.settings(node).deadline;
        // A race against a timer costs a few microseconds; who set no deadline does not pay for it.
        if (!deadline) return function(call, ctx);
        const CallContext limited = ctx.within(*deadline);
        return within(limited, function(call, limited));
    }
};

/// Nodes running side by side. Every child is awaited before the coroutine of `run` ends, whatever happens.
class GraphRunner::FanOut {
public:
    FanOut(GraphRunner& runner, const Job& job, GraphRun& run, asio::any_io_executor executor)
        : runner_{runner}, job_{job}, run_{run}, executor_{executor}, changed_{std::move(executor)} {}

    /// Runs the ready nodes and their successors until none is running and at most one is ready (the caller runs that one
    /// in place) or the first failure.
    asio::awaitable<Status> run() {
        for (const NodeIndex node : run_.ready()) spawn(node);
        while (running_ > 0) {
            if (finished_.empty()) {
                const auto waited = co_await changed_.wait();
                if (!waited) stop(waited.error());  // our caller gave up; every later wait says so again
            }
            collect();
        }
        if (thrown_) std::rethrow_exception(thrown_);
        if (failure_) co_return fail(std::move(*failure_));
        co_return Status{};
    }

private:
    struct Child {
        NodeIndex node;
        asio::cancellation_signal stop;
        bool running{true};
        std::exception_ptr thrown;
        Result<Outcome> result;
    };

    void spawn(NodeIndex node) {
        Child& child = *children_.emplace_back(std::make_unique<Child>(node));
        ++running_;
        asio::co_spawn(executor_, runner_.run_node(job_, node),
                       asio::bind_cancellation_slot(child.stop.slot(), [this, &child](std::exception_ptr thrown, Result<Outcome> result) {
                           child.running = false;
                           child.thrown = std::move(thrown);
                           child.result = std::move(result);
                           finished_.push_back(&child);
                           changed_.notify();
                       }));
    }

    void collect() {
        std::vector<NodeIndex> next;
        for (Child* child : std::exchange(finished_, {})) {
            --running_;
            if (child->thrown) {
                // A child stopped before its first step throws too: only the first failure counts.
                if (!failure_) thrown_ = child->thrown;
                stop({Code::internal, "a node threw an exception"});
            } else if (!child->result) {
                stop(std::move(child->result.error()));
            } else if (!failure_) {
                std::ranges::copy(run_.finish(child->node, child->result->label), std::back_inserter(next));
            }
        }
        if (failure_ || running_ + next.size() <= 1) return;
        for (const NodeIndex node : next) spawn(node);
    }

    void stop(Error why) {
        if (failure_) return;
        failure_ = std::move(why);
        for (const auto& child : children_) {
            if (child->running) child->stop.emit(asio::cancellation_type::terminal);
        }
    }

    GraphRunner& runner_;
    const Job& job_;
    GraphRun& run_;
    asio::any_io_executor executor_;
    Signal changed_;
    std::vector<std::unique_ptr<Child>> children_;  // at most one for each node of the graph
    std::vector<Child*> finished_;                  // not collected yet
    std::size_t running_{0};
    std::optional<Error> failure_;
    std::exception_ptr thrown_;
};

asio::awaitable<Status> GraphRunner::run(GraphRun& run, NodeFunction function, Observer& observer, CallContext ctx) {
    co_await asio::this_coro::throw_if_cancelled(false);
    const Job job{.graph = run.graph(), .function = function, .observer = observer, .ctx = std::move(ctx)};
    if (!run.started()) run.start();
    while (!run.done()) {
        if (co_await cancelled()) co_return gave_up();
        if (run.ready().size() == 1) {
            const NodeIndex node = run.ready().front();
            const auto outcome = co_await run_node(job, node);
            if (!outcome) co_return propagate(outcome);
            run.finish(node, outcome->label);
        } else {
            FanOut fan_out{*this, job, run, co_await asio::this_coro::executor};
            auto status = co_await fan_out.run();
            if (!status) co_return status;
        }
    }
    co_return Status{};
}

/// One node with its retries and what follows its failure, reported to the observer.
asio::awaitable<Result<Outcome>> GraphRunner::run_node(const Job& job, NodeIndex node) {
    co_await asio::this_coro::throw_if_cancelled(false);
    const OnError on_error = job.graph.settings(node).on_error;
    const TimePoint started = Clock::now();
    job.observer.node_started(job.graph.name(node));

    int attempts = 0;
    NodeStatus status = NodeStatus::ok;
    std::optional<Error> error;
    auto outcome = co_await attempt(job, node, attempts);
    if (!outcome && co_await cancelled()) outcome = gave_up();  // whatever it made of being stopped
    if (!outcome) error = outcome.error();
    if (error && !final_for_all(error->code)) {
        if (on_error == OnError::skip) {
            status = NodeStatus::skipped;
            outcome = Outcome{};
        } else if (on_error == OnError::fallback) {
            status = NodeStatus::fallback;
            outcome = co_await job.call(node, attempts++, true);
            if (!outcome) error = outcome.error();
        }
    }
    if (!outcome) status = error->code == Code::cancelled ? NodeStatus::cancelled : NodeStatus::error;
    job.observer.node_finished({.node = job.graph.name(node),
                                .status = status,
                                .label = outcome ? std::string_view{outcome->label} : std::string_view{},
                                .duration = Clock::now() - started,
                                .attempts = attempts,
                                .error = error ? &*error : nullptr});
    co_return outcome;
}

asio::awaitable<Result<Outcome>> GraphRunner::attempt(const Job& job, NodeIndex node, int& attempts) {
    const int retries = job.graph.settings(node).retries;
    for (;;) {
        auto outcome = co_await job.call(node, attempts++, false);
        if (outcome || !retryable(outcome.error().code) || attempts > retries) co_return outcome;
        const auto delay = jitter(attempts);
        if (job.ctx.deadline != TimePoint::max() && job.ctx.left() <= delay) co_return outcome;  // nobody would wait for it
        if (co_await cancelled()) co_return gave_up();
        const auto paused = co_await pause(delay);
        if (!paused) co_return propagate(paused);
    }
}

Clock::duration GraphRunner::jitter(int retry) {
    const Clock::duration longest = std::min<Clock::duration>(backoff_.cap, Clock::duration{backoff_.base} * (1 << (retry - 1)));
    return Clock::duration{rng_.below(static_cast<std::uint64_t>(longest.count()) + 1)};
}
}  // namespace rondo::flow
