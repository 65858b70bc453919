#pragma once
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "engine/flow/graph_run.hpp"
#include "platform/store/shared_state.hpp"
#include "talk/agent/nodes.hpp"
#include "talk/turn/catalog.hpp"
#include "talk/turn/live_turn.hpp"
#include "talk/turn/session.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// A turn is a value that moves forward: each stage takes the previous stage's value and returns the next one.
///
///     TurnRequest → AdmittedTurn → PreparedTurn → Draft → TurnResult → TurnRecord (record.hpp)
namespace rondo::turn {
/// What the edge made of the bytes.
struct TurnRequest {
    SessionId session;
    std::string user_message;
    std::optional<std::int64_t> turn_number;  ///< refused unless it is the next one
    std::optional<std::int64_t> parent_turn;  ///< the turn to follow, 0: the beginning; absent: the newest one
    std::string message_id;                   ///< the client's, or "" (one is made then)
    std::string idempotency_key;              ///< "": the message id serves, when the client gave one
    bool enable_async_coach{false};
    bool use_fallback{true};                  ///< false: a failing model fails the turn, whatever the workflow says
    TimePoint received{};
};

/// What was said before the session began, elsewhere: a message and its answer.
struct SaidBefore {
    std::string user, npc;
};

/// Durable; the client may rely on it. Owns the session's lease.
struct AdmittedTurn {
    std::shared_ptr<Session> session;
    std::shared_ptr<LiveTurn> turn;
    Branch branch;               ///< what it follows
    std::shared_ptr<const Scenario> scenario;
    std::int64_t generation{0};  ///< of the catalog
    store::Lease lease;
};

/// What a crash left of an earlier attempt.
struct Resumption {
    std::vector<flow::FinishedNode> finished;
    agent::Board board;
    std::string deltas;       ///< what had been told of the answer
    bool stop_requested{false};
};

/// Everything the nodes will look at, gathered.
struct PreparedTurn {
    AdmittedTurn admitted;
    agent::TurnFacts facts;
    std::optional<Resumption> resumption;
};

/// What the nodes made of it: complete, or as far as it got.
struct Draft {
    PreparedTurn prepared;
    agent::Board board;
    std::optional<Error> error;     ///< why it is not complete
    bool blocked{false};            ///< compliance withheld the answer
    bool coach_owed{false};         ///< left to a follow-up
    Clock::duration model_time{};
};

/// The answer as it will be told for ever, not durable yet.
struct TurnResult {
    AdmittedTurn admitted;
    TurnRecord record;
    agent::PastTurn past;           ///< what the session remembers of it
    agent::TurnFacts facts;         ///< for the follow-up
    agent::Board board;
    Clock::duration model_time{};
};
}  // namespace rondo::turn
