#pragma once
#include "engine/flow/workflow.hpp"
#include "engine/ledger/usage.hpp"
#include "engine/llm/model.hpp"
#include "talk/agent/outcome.hpp"
#include "talk/turn/record.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace rondo::turn {
/// Everything an ended turn's public answer is made of. References live as long as the call.
struct AnswerFacts {
    const std::string& session_id;
    const TurnAccepted& accepted;
    State state;
    const agent::Board& board;
    const std::optional<Error>& error;
    bool blocked;
    std::string task_id;  ///< of the advice that is still to come, "": none is
    const std::string& answer;  ///< as it was told
    std::string stage;          ///< after the turn
    std::optional<Clock::duration> ttft;
    Clock::duration took;
    const flow::Workflow& workflow;
    std::int64_t generation;
    const ledger::Receipt& receipt;  ///< of the turn's model calls, those that broke off too
    bool imported{false};            ///< it was said elsewhere
};

/// The turn's public JSON, the same bytes in the answer, in the `completed` or `failed` event and in the store.
[[nodiscard]] std::string answer_json(const AnswerFacts& facts);
}  // namespace rondo::turn
