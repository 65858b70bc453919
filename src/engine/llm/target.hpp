#pragma once
#include "base/clock.hpp"
#include "engine/llm/embedding.hpp"
#include "engine/llm/error_class.hpp"
#include "engine/llm/model.hpp"

#include <chrono>
#include <expected>
#include <optional>
#include <string_view>

namespace rondo::llm {
/// How long one attempt may take. The gateway keeps the time (Race); a target only says what is usual for it.
struct Clocks {
    Clock::duration first_token{std::chrono::seconds{15}};  ///< of a stream: until its first sign of life
    Clock::duration gap{std::chrono::seconds{15}};          ///< of a stream: between two of them
    Clock::duration total{std::chrono::seconds{110}};       ///< of the whole attempt, the reader's own slowness not counted
};

/// One provider target, as the gateway's policy sees it.
///
/// A target knows one way to one provider and tries once: no retries, no clocks of its own beyond `ctx.deadline`, no breaker,
/// no accounting; the gateway does all that. Used from every event loop at once; each attempt stays on its caller's executor.
class Target {
public:
    struct Abilities {
        bool prefill{false};     ///< continues `ModelRequest::prefill` instead of starting anew
        bool tools{true};
        bool embeddings{false};
        Dialect dialect{Dialect::any};  ///< whose `extra` and `parts` it understands
    };
    /// How an attempt ended that gave no whole answer.
    struct Failure {
        Error error;
        ErrorClass error_class{ErrorClass::provider_fault};
        std::optional<std::chrono::milliseconds> retry_after{};  ///< the provider's wish
        ledger::Usage usage{};        ///< what it is likely to be billed, as far as known
        bool usage_estimated{false};  ///< `usage` is our own count
        bool head_seen{false};        ///< the provider had begun to answer
    };
    using Outcome = std::expected<Completion, Failure>;
    using EmbedOutcome = std::expected<EmbedAnswer, Failure>;

    virtual ~Target();

    /// Its name in the configuration; the label of metrics and `Attempt::target`.
    [[nodiscard]] virtual std::string_view id() const = 0;
    [[nodiscard]] virtual const Abilities& abilities() const = 0;
    [[nodiscard]] virtual Clocks clocks() const = 0;
    /// What it will bill the request as: a name of ledger::PriceTable. A view into the target or the request.
    [[nodiscard]] virtual std::string_view billed_as(const ModelRequest& request) const = 0;
    /// Tokens its answer will not exceed, as far as that can be told before.
    [[nodiscard]] virtual Tokens longest_answer(const ModelRequest& request) const = 0;

    /// One attempt. Each delta goes to `sink` (may be empty) as soon as it is read; text and tool calls of the completion are
    /// what the deltas made. An empty delta is a sign of life: the provider works (it thinks), but says nothing yet. With a prefill, deltas
    /// and completion hold the continuation only. `request` and `sink` outlive the call. A success means the provider said that the answer
    /// is whole; a stream that just ends is a provider_fault. An error of the sink ends the attempt at once and comes back as the failure's
    /// error. Cancelling it closes the connection at once; the failure then tells the usage so far.
    virtual asio::awaitable<Outcome> attempt(const ModelRequest& request, const DeltaSink& sink, CallContext ctx) = 0;

    /// One attempt at vectors, whose `attempts` stay empty. `request` outlives the call; its `model` is as in attempt().
    /// A target without Abilities::embeddings fails with `unimplemented`.
    virtual asio::awaitable<EmbedOutcome> embed(const EmbedRequest& request, CallContext ctx);
};
}  // namespace rondo::llm
