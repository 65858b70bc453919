#pragma once
#include "base/rng.hpp"
#include "engine/llm/gateway_path.hpp"
#include "engine/llm/gateway_race.hpp"
#include "engine/llm/gateway_sink.hpp"
#include "engine/llm/model_gateway.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <vector>

namespace rondo::llm {
/// What a call needs of its gateway; immutable.
struct CallSettings {
    GatewayConfig config;
    GatewayPorts ports;
    std::shared_ptr<GatewayMetrics> metrics;
};

/// One call of the gateway from its first attempt to its answer. Lives on its caller's executor.
class GatewayCall {
public:
    GatewayCall(std::shared_ptr<const CallSettings> settings, GatewayChain chain, ModelRequest request, DeltaSink sink, CallContext ctx,
                asio::any_io_executor executor, Rng rng);

    /// Once.
    asio::awaitable<Result<Completion>> run();
    /// The caller has gone: nothing is sent any more. `drain`: ends with the running attempt, by `until` at the latest.
    asio::awaitable<void> abandon(bool drain, TimePoint until);
    [[nodiscard]] const ModelRequest& request() const { return request_; }

private:
    enum class Next { go_on, answered, ended };

    /// One step of the plan; fills answer_ or error_.
    asio::awaitable<Next> attempt(const Plan::Step& step);
    Next take(std::vector<Race::End> ends);
    Race::Hedge hedge(const GatewayRoute& route);
    asio::awaitable<Result<Completion>> finish();
    asio::awaitable<Result<Completion>> fall_back();
    asio::awaitable<Result<Completion>> say(std::string text, Rung rung);
    /// The call's context, ending when attempts must.
    [[nodiscard]] CallContext attempt_context() const;

    std::shared_ptr<const CallSettings> settings_;
    ModelRequest request_;
    GatewaySink sink_;
    CallContext ctx_;
    asio::any_io_executor executor_;
    Rng rng_;
    TimePoint deadline_;  // of attempts: leaves time for the fallbacks
    GatewayPath path_;
    Sent sent_;
    std::vector<Attempt> attempts_;
    ledger::Usage usage_;
    bool usage_estimated_{false};
    std::optional<Completion> answer_;
    std::size_t answered_by_{0};
    std::optional<Error> error_;  // of the last attempt
    bool final_{false};           // no other target may change error_
    bool draining_{false};
    Race* race_{nullptr};  // running
};
}  // namespace rondo::llm
