#pragma once
#include "base/result.hpp"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace rondo::flow {
/// States and what moves between them: the stages of a conversation. Immutable; const use is thread-safe.
class StateMachine {
public:
    static constexpr std::string_view kAnyState = "*";

    struct Transition {
        std::string from;  ///< a state, or `*`: every state but the terminal ones; a specific state beats `*`
        std::string on;    ///< the event
        std::string to;
    };
    struct Definition {
        std::vector<std::string> states;
        std::string initial;
        std::vector<Transition> transitions;
        std::vector<std::string> terminal{};  ///< states that nothing leaves
    };

    /// Errors: `invalid_argument` with every fault at once, by JSON pointer into the definition (`/transitions/3/to`): no
    /// state, a name that is empty, `*` or listed twice, an unknown state (the nearest is suggested), a repeated transition,
    /// a way out of a terminal state, a state that cannot be reached.
    [[nodiscard]] static Result<StateMachine> make(Definition definition);

    [[nodiscard]] const std::vector<std::string>& states() const { return definition_.states; }
    [[nodiscard]] const std::string& initial() const { return definition_.initial; }
    [[nodiscard]] bool has(std::string_view state) const;
    [[nodiscard]] bool terminal(std::string_view state) const;
    /// The state to be in after `event`: the same one when nothing matches.
    [[nodiscard]] std::string next(std::string_view state, std::string_view event) const;

private:
    using Targets = std::map<std::string, std::string, std::less<>>;  // event -> state

    explicit StateMachine(Definition definition);

    Definition definition_;
    std::map<std::string, Targets, std::less<>> targets_;  // by state or `*`
};
}  // namespace rondo::flow
