#pragma once
#include "base/ids.hpp"
#include "base/result.hpp"
#include "engine/llm/request.hpp"
#include "talk/turn/values.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The whole conversation in every request, as clients that know no session send it. Pure.
namespace rondo::gateway {
struct Transcript {
    std::vector<turn::SaidBefore> earlier;  ///< oldest first; the first may lack the user's part: a greeting
    std::string message;                    ///< what the user said since the last answer, the new turn's message
};

/// Instructions among the messages are left out: a scenario has its own.
/// Errors: `invalid_argument` for what a scenario cannot answer: tools, parts that are no text, a last message that is not the user's,
/// a message that is too long.
[[nodiscard]] Result<Transcript> transcript_of(const llm::ModelRequest& ask);

/// The name under which the place after `earlier` is remembered: the same words of the same caller lead to it, and nobody else's.
/// White space around a message does not count: clients trim.
[[nodiscard]] std::string place_name(const Scope& caller, std::string_view scenario, std::span<const turn::SaidBefore> earlier);

/// A turn of a session, as it is remembered under a place's name.
struct Place {
    SessionId session;
    std::int64_t turn{0};

    [[nodiscard]] std::string encode() const;
    /// Errors: `data_loss`.
    [[nodiscard]] static Result<Place> decode(std::string_view text);
};
}  // namespace rondo::gateway
