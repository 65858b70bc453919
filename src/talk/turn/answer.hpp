#pragma once
#include "engine/flow/workflow.hpp"
#include "engine/ledger/price_table.hpp"
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
    bool advice_pending;
    const std::string& answer;  ///< as it was told
    std::string stage;          ///< after the turn
    std::optional<Clock::duration> ttft;
    Clock::duration took;
    const flow::Workflow& workflow;
    std::int64_t generation;
    const ledger::PriceTable& prices;
    ledger::Usage usage{};      ///< when no model completed: what was spent all the same
};

/// The turn's public JSON, the same bytes in the answer, in the `completed` or `failed` event and in the store.
[[nodiscard]] std::string answer_json(const AnswerFacts& facts);

/// The tokens of an answer that broke off: the whole prompt, and the output as far as it got.
[[nodiscard]] ledger::Usage spent(const llm::ModelRequest& request, std::string_view answer);
}  // namespace rondo::turn
