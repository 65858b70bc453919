#pragma once
#include "base/obs/registry.hpp"
#include "engine/llm/embedding.hpp"
#include "engine/llm/fallback.hpp"
#include "engine/llm/gateway_config.hpp"
#include "engine/llm/gateway_status.hpp"
#include "engine/llm/meter.hpp"
#include "engine/llm/model.hpp"
#include "engine/llm/target.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rondo::llm {
/// The targets and the names they are asked by.
struct GatewaySetup {
    GatewayConfig config{};
    std::vector<std::shared_ptr<Target>> targets{};  ///< ids are unique
    /// What `ModelRequest::model` may say besides a target's id: a name for an ordered list of target ids. See gateway_names.hpp.
    std::map<std::string, std::vector<std::string>, std::less<>> aliases{};
    /// The list of "". Also who steps in, in this order, for a target that is asked by its id. Empty: all targets.
    std::vector<std::string> order{};
};

/// Whom the gateway talks to besides its targets. What is pointed at must outlive it and its abandoned calls.
struct GatewayPorts {
    obs::Registry& metrics;
    Meter* meter{nullptr};              ///< null: nothing is accounted
    FallbackSource* fallback{nullptr};  ///< null: no such rung
    std::function<void(const BreakerEvent&)> on_breaker{};  ///< on the loop of the call that moved it; may be empty
    /// The result of a call that was detached from its caller, on that call's loop; may be empty.
    std::function<void(const ModelRequest&, const Result<Completion>&)> on_detached{};
    std::uint64_t seed{0};  ///< of back-offs and breakers
};

/// Answers through providers, whatever they do: a whole answer or an error, never part of one that looks whole.
///
/// A call goes down the chain: the asked target (with retries), the other targets of its list, an answer from the past
/// (FallbackSource), an apology in the request's language; `Completion::rung` says how far. The last two only before
/// anything was sent and when the request allows. An answer that breaks off is taken up by another attempt where
/// that is possible (rescue.hpp); the first delta after it has `seam` set. Which error leads where: error_class.hpp.
///
/// When the caller goes away (its coroutine is cancelled), by `on_abort`:
/// - cancel: the attempt's connection is closed at once; settled with what the target says was used so far.
/// - drain: the answer is read to its end, at most `drain_limit`, and thrown away; settled with the provider's own count.
///   No further attempt begins.
/// - detach: the call goes on as if the caller were there, retries and rescue included, and ends in `on_detached`.
/// complete() returns `cancelled` at once in each case; the sink is not used afterwards. Abandoned calls are bounded by
/// `abandoned_limit`.
///
/// Runs on the caller's executor. complete(), apply() and status() may be called from any thread; breakers, bulkheads and budgets are
/// shared by all of them. Must outlive its calls; abandoned ones keep alive what they need of it.
class ModelGateway final : public Model {
public:
    ModelGateway(GatewaySetup setup, GatewayPorts ports);
    ~ModelGateway() override;

    [[nodiscard]] std::string_view name() const override { return "gateway"; }

    /// `request.model` names a target, an alias or NAME/MODEL (gateway_names.hpp).
    /// Errors besides Model's: `not_found` with reason MODEL_NOT_FOUND; `unavailable` with reason CIRCUIT_BREAKER_OPEN and
    /// `resource_exhausted` with reason TARGET_BUSY, both with `Error::retry_after`, when no target could be entered and the
    /// request allows no fallback; the provider's own (error_class.hpp); the meter's as they are.
    asio::awaitable<Result<Completion>> complete(ModelRequest request, DeltaSink sink, CallContext ctx) override;

    /// Vectors for texts, under the same policy: retries, other targets of the list, breakers, bulkheads and accounts. Of the
    /// named targets those that make embeddings are asked, as far as they serve the same model: vectors of two do not compare.
    /// There is no fallback and no hedge, and a caller who goes away always cancels the attempt.
    /// Errors: as complete(); `not_found` with reason MODEL_NOT_FOUND also where no named target makes embeddings;
    /// `invalid_argument` without texts.
    asio::awaitable<Result<EmbedAnswer>> embed(EmbedRequest request, CallContext ctx);

    /// Replaces targets, names and limits. Running calls keep theirs; what is known about targets that stay (by id) stays.
    void apply(GatewaySetup setup);
    /// Ends the calls that go on without their caller; they unwind on their own loops.
    void cancel_abandoned();
    [[nodiscard]] GatewayStatus status() const;

private:
    struct Core;
    std::shared_ptr<Core> core_;
};
}  // namespace rondo::llm
