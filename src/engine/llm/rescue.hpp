#pragma once
#include "engine/llm/model.hpp"
#include "engine/llm/request.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace rondo::llm {
/// What of an answer has already been passed to the caller and so cannot be taken back.
struct Sent {
    std::string text;
    bool tool_calls{false};  ///< at least a piece of one

    [[nodiscard]] bool nothing() const { return text.empty() && !tool_calls; }
};

/// How an answer that broke off can be finished by another attempt.
enum class Rescue {
    none,     ///< not at all: say clean that it failed
    restart,  ///< nothing was sent: simply begin anew
    prefill,  ///< the target continues the text that was sent
    skip,     ///< the target begins anew, and what was sent already is left out of what it says, as long as it is the same
};

/// "none", "restart", "prefill" or "skip"; the label of metrics.
[[nodiscard]] const char* name(Rescue rescue) noexcept;

/// The way to finish after `sent` with a target that can continue a text or not. Never repeats a tool call: one may have been
/// carried out already, and another attempt would name it differently.
[[nodiscard]] Rescue rescue_for(const Sent& sent, bool can_prefill) noexcept;

/// Turns the pieces of a rescuing attempt into the pieces that follow what was sent, without a gap or a repetition.
///
/// Pure; one per attempt. What it lets through is marked: the first piece carries the seam.
class Splice {
public:
    /// `sent` is copied. For Rescue::restart every piece passes as it is, unmarked.
    Splice(Rescue rescue, const Sent& sent);

    /// The request of the rescuing attempt.
    [[nodiscard]] ModelRequest request(ModelRequest original) const;

    /// What to pass on of `delta`; nullopt: nothing yet. After diverged() it returns nullopt for ever.
    [[nodiscard]] std::optional<Delta> feed(Delta delta);
    /// The attempt says something else than what was sent: the two cannot be joined.
    [[nodiscard]] bool diverged() const { return diverged_; }
    /// At the end of the attempt: everything that was sent came again.
    [[nodiscard]] bool complete() const { return !diverged_ && (rescue_ != Rescue::skip || matched_ == expected_.size()); }
    /// The rescuing attempt's text with what was sent: the whole answer.
    [[nodiscard]] std::string whole(std::string text) const;

private:
    Rescue rescue_;
    std::string expected_;  // skip: all that was sent; prefill: the white space at its end, which is not asked for again
    std::string prefill_;   // what was sent without that
    std::size_t matched_{0};
    bool seam_due_;
    bool diverged_{false};
};
}  // namespace rondo::llm
