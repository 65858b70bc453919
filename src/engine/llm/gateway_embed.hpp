#pragma once
#include "base/rng.hpp"
#include "engine/llm/embedding.hpp"
#include "engine/llm/gateway_call.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>

namespace rondo::llm {
/// One call for vectors, from its first attempt to its answer. Lives on its caller's executor; cancelling run() ends the attempt.
class EmbedCall {
public:
    EmbedCall(std::shared_ptr<const CallSettings> settings, GatewayChain chain, EmbedRequest request, CallContext ctx, Rng rng);

    /// Once.
    asio::awaitable<Result<EmbedAnswer>> run();

private:
    /// One attempt at a target that let us in. False: the call ends with what answer_ or error_ says.
    asio::awaitable<bool> attempt(std::size_t candidate, TargetState::Permit permit);
    [[nodiscard]] Bill bill(const GatewayRoute& route, const Target::EmbedOutcome& outcome, Clock::duration took) const;

    std::shared_ptr<const CallSettings> settings_;
    EmbedRequest request_;
    ModelRequest priced_;  // the same for the accounts: what is read, and that nothing is said
    CallContext ctx_;
    Rng rng_;
    GatewayPath path_;
    std::vector<Attempt> attempts_;
    ledger::Usage usage_;
    bool usage_estimated_{false};
    std::optional<EmbedAnswer> answer_;
    std::size_t answered_by_{0};
    std::optional<Error> error_;  // of the last attempt
};
}  // namespace rondo::llm
