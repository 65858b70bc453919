#pragma once
#include <cstdint>
#include <string>
#include <vector>

/// What must be true after any number of crashes, as a pure function of what clients were told and what the server has.
namespace rondo::fault {
/// A turn as a client was told it: an answer, or a `completed` event.
struct Told {
    std::string session, message_id;
    std::int64_t number{0};
    std::string text{};           ///< the persona's answer
    bool advice_promised{false};  ///< `coach_advice` was "pending"
};

/// A turn as the server's history has it.
struct Kept {
    std::string session, message_id;
    std::int64_t number{0};
    bool ended{false};
    std::string text{};
    bool advice_given{false};
};

/// Why the history breaks a promise, one line each; empty: it does not. `kept` is in the order the server lists it, session by
/// session.
///
/// Nothing told is lost or changed; a message id made one turn and keeps its number; a session's turns are numbered 1, 2, 3, ...;
/// no turn is left running; advice that was promised has come.
[[nodiscard]] std::vector<std::string> broken_promises(const std::vector<Told>& told, const std::vector<Kept>& kept);
}  // namespace rondo::fault
