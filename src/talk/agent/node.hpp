#pragma once
#include "base/async/context.hpp"
#include "engine/llm/model.hpp"
#include "talk/agent/outcome.hpp"
#include "talk/scenario/intent_model.hpp"
#include "talk/scenario/pack.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rondo::agent {
/// An earlier turn, as far as nodes may look back.
struct PastTurn {
    std::int64_t number{0};
    std::string user, npc, intent, advice;
};

/// What every node of a turn may know. Fixed when the turn begins; shared by its nodes.
struct TurnFacts {
    const scenario::ScenarioPack& pack;
    const scenario::IntentModel& intents;
    std::string session_id;
    std::int64_t turn{0};
    std::uint64_t seed{0};
    std::string stage;         ///< before this turn
    std::string user_message;
    std::string persona_name, persona_role;
    std::string decision_id{};
    std::shared_ptr<ledger::Receipt> receipt{};  ///< what the turn's model calls come to; may be null
    bool use_fallback{true};                     ///< an answer from the past or an apology will do when no model answers
    std::vector<std::shared_ptr<const PastTurn>> history;  ///< oldest first
    std::vector<std::shared_ptr<const PastTurn>> rivals{};  ///< turns in this one's place: it was edited or is answered anew
};

/// What one call of a node gets. References live as long as the call.
struct NodeInput {
    const TurnFacts& facts;
    const Board& board;              ///< what earlier nodes found
    const llm::DeltaSink& deltas;    ///< where an answering node streams its text
    bool fallback{false};            ///< give the answer that needs nobody else
};

/// A step of a turn. Returns a value and cannot call the coordinator. Stateless between turns; any thread.
/// A node that waits keeps to the context's deadline; `cancelled` is passed up.
class Node {
public:
    virtual ~Node() = default;
    [[nodiscard]] virtual std::string_view name() const = 0;
    virtual asio::awaitable<Result<Outcome>> run(const NodeInput& input, CallContext ctx) const = 0;
};
}  // namespace rondo::agent
