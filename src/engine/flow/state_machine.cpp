#include "engine/flow/state_machine.hpp"

#include "base/json.hpp"
#include "base/json_reader.hpp"
#include "engine/flow/nearest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace rondo::flow {
namespace {
bool contains(const std::vector<std::string>& names, std::string_view name) { return std::ranges::find(names, name) != names.end(); }

class Checker {
public:
    explicit Checker(const StateMachine::Definition& definition)
        : definition_{definition}, names_(definition.states.begin(), definition.states.end()) {}

    std::vector<Fault> run() && {
        if (definition_.states.empty()) fault("/states", "must name at least one state");
        std::set<std::string_view> seen;
        for (std::size_t i = 0; i < names_.size(); ++i) {
            if (names_[i].empty() || names_[i] == StateMachine::kAnyState)
                fault(json::join("/states", i), "must be a name, not empty or '*'");
            if (!seen.insert(names_[i]).second) fault(json::join("/states", i), fmt::format("'{}' is listed twice", names_[i]));
        }
        check_state(definition_.initial, "/initial");
        check_terminal();
        check_transitions();
        check_reach();
        return std::move(faults_);
    }

private:
    void fault(std::string pointer, std::string message) { faults_.push_back({std::move(pointer), std::move(message)}); }

    void check_state(std::string_view state, std::string pointer) {
        if (!contains(definition_.states, state))
            fault(std::move(pointer), fmt::format("'{}' is not a state{}", state, did_you_mean(state, names_)));
    }

    void check_terminal() {
        std::set<std::string_view> seen;
        for (std::size_t i = 0; i < definition_.terminal.size(); ++i) {
            const std::string& state = definition_.terminal[i];
            check_state(state, json::join("/terminal", i));
            if (!seen.insert(state).second) fault(json::join("/terminal", i), fmt::format("'{}' is listed twice", state));
        }
    }

    void check_transitions() {
        std::set<std::pair<std::string_view, std::string_view>> seen;
        for (std::size_t i = 0; i < definition_.transitions.size(); ++i) {
            const auto& [from, on, to] = definition_.transitions[i];
            const std::string pointer = json::join("/transitions", i);
            if (from != StateMachine::kAnyState) check_state(from, pointer + "/from");
            if (contains(definition_.terminal, from)) fault(pointer + "/from", fmt::format("'{}' is terminal: nothing leaves it", from));
            if (on.empty()) fault(pointer + "/on", "must name an event");
            check_state(to, pointer + "/to");
            if (!seen.emplace(from, on).second) fault(pointer, fmt::format("'{}' already has a transition on '{}'", from, on));
        }
    }

    void check_reach() {
        if (!contains(definition_.states, definition_.initial)) return;  // which has been said
        std::set<std::string_view> reached;
        std::vector<std::string_view> open{definition_.initial};
        while (!open.empty()) {
            const std::string_view state = open.back();
            open.pop_back();
            if (!reached.insert(state).second || contains(definition_.terminal, state)) continue;
            for (const auto& [from, on, to] : definition_.transitions) {
                if (from == state || from == StateMachine::kAnyState) open.push_back(to);
            }
        }
        for (std::size_t i = 0; i < names_.size(); ++i) {
            if (reached.insert(names_[i]).second) {
                fault(json::join("/states", i), fmt::format("'{}' cannot be reached from '{}'", names_[i], definition_.initial));
            }
        }
    }

    const StateMachine::Definition& definition_;
    std::vector<std::string_view> names_;
    std::vector<Fault> faults_;
};
}  // namespace

StateMachine::StateMachine(Definition definition) : definition_{std::move(definition)} {
    for (const auto& [from, on, to] : definition_.transitions) targets_[from].emplace(on, to);
}

Result<StateMachine> StateMachine::make(Definition definition) {
    auto faults = Checker{definition}.run();
    if (!faults.empty()) return fail(json::invalid(std::move(faults), "the state machine has faults; see `errors`"));
    return StateMachine{std::move(definition)};
}

bool StateMachine::has(std::string_view state) const { return contains(definition_.states, state); }
bool StateMachine::terminal(std::string_view state) const { return contains(definition_.terminal, state); }

std::string StateMachine::next(std::string_view state, std::string_view event) const {
    if (terminal(state)) return std::string{state};
    for (const std::string_view from : {state, kAnyState}) {
        const auto targets = targets_.find(from);
        if (targets == targets_.end()) continue;
        if (const auto to = targets->second.find(event); to != targets->second.end()) return to->second;
    }
    return std::string{state};
}
}  // namespace rondo::flow
