#pragma once
#include "base/async/context.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/rng.hpp"
#include "engine/flow/graph_run.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace rondo {
namespace asio = boost::asio;
}

namespace rondo::flow {
/// What a node is asked to do.
struct NodeCall {
    std::string_view node;  ///< lives as long as the graph
    int attempt{0};         ///< 0, then counts the calls before this one
    bool fallback{false};   ///< all attempts failed: give the answer that needs nobody else
};

/// What a node gave, as far as flow must know: the label that picks the way on (empty: the routing rules).
/// Anything else a node makes it puts where its author keeps the turn's state.
struct Outcome {
    std::string label;
};

/// Runs one node. The context's deadline is the node's own when it has one.
/// Errors: `cancelled` is passed up; `unavailable`, `deadline_exceeded`, `resource_exhausted` and `internal` are retried;
/// `permission_denied` and `unauthenticated` are refusals: they fail the run whatever `on_error` says.
using NodeFunction = std::function<asio::awaitable<Result<Outcome>>(NodeCall, CallContext)>;

enum class NodeStatus {
    ok,
    error,      ///< failed, and the run with it
    skipped,    ///< failed, and was left out (on_error: skip)
    fallback,   ///< failed, and its fallback answered
    cancelled,  ///< stopped because the caller gave up or a node beside it failed
};
[[nodiscard]] std::string_view name(NodeStatus status) noexcept;

struct NodeReport {
    std::string_view node;
    NodeStatus status;
    std::string_view label;      ///< of the outcome; empty unless ok or fallback
    Clock::duration duration;    ///< of all attempts and the pauses between them
    int attempts;                ///< calls, the fallback's included
    const Error* error;          ///< what failed last, also when it was overcome; null when ok
};

/// Told about every node that is run, in the run's order, on its executor. Nodes that are dead or disabled are not run.
/// A started node is finished exactly once (unless its function throws, which is a defect).
class Observer {
public:
    virtual ~Observer() = default;
    virtual void node_started(std::string_view /*node*/) {}
    virtual void node_finished(const NodeReport& /*report*/) {}
};

/// Full jitter: before its n-th retry a node waits a random part of min(cap, base * 2^(n-1)).
struct Backoff {
    std::chrono::milliseconds base{50};
    std::chrono::milliseconds cap{2'000};
};

/// Drives runs. All ready nodes run at once as coroutines on the caller's executor, which must run one handler at a time; a
/// node that is ready alone runs in the caller's own coroutine. Not thread-safe: one runner serves any number of runs of
/// one thread.
class GraphRunner {
public:
    explicit GraphRunner(Rng rng, Backoff backoff = {}) : rng_{rng}, backoff_{backoff} {}

    /// Runs what is left of `run` (starting it if need be). The runner, `run` and `observer` must outlive the call.
    ///
    /// The first node that fails for good cancels the nodes beside it; its error is returned once they have unwound, and so
    /// is an exception. Cancelled, it cancels and awaits all of them too. Nodes without a deadline of their own rely on the
    /// caller to cancel at `ctx.deadline`.
    /// Errors: the node's, `cancelled`.
    asio::awaitable<Status> run(GraphRun& run, NodeFunction function, Observer& observer, CallContext ctx);

private:
    struct Job;
    class FanOut;
    asio::awaitable<Result<Outcome>> run_node(const Job& job, NodeIndex node);
    asio::awaitable<Result<Outcome>> attempt(const Job& job, NodeIndex node, int& attempts);
    Clock::duration jitter(int retry);

    Rng rng_;
    Backoff backoff_;
};
}  // namespace rondo::flow
