#pragma once
#include "base/clock.hpp"
#include "base/result.hpp"
#include "platform/store/idempotency.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace rondo::turn {
/// How a turn ended, or that it has not.
enum class State : std::uint8_t { running = 0, completed = 1, stopped = 2, failed = 3 };
[[nodiscard]] std::string_view name(State state) noexcept;

/// A session's title: the beginning of its first message, cut between characters, at most 80 bytes.
[[nodiscard]] std::string title_of(std::string_view message);

/// Journal kinds. The numbers are on disk: never reuse one.
enum class Kind : int {
    session_created = 1,
    turn_accepted = 2,
    node_finished = 3,
    delta = 4,
    stop_requested = 5,
    turn_ended = 6,
    advice = 7,
    session_deleted = 8,
    feedback = 9,
    restarted = 10,
    advice_told = 11,
};

/// What the journal says of a session's birth. `tenant` and `user` are its Scope.
struct SessionCreated {
    std::string tenant, user, id, scenario, persona_name, persona_role, stage, title;
    WallTime at{};
    std::uint64_t seed{0};  ///< makes the embedded model's choices differ between sessions, and repeat within one

    [[nodiscard]] std::string encode() const;
    [[nodiscard]] static Result<SessionCreated> decode(std::string_view body);
};

/// A turn the client may rely on. Everything needed to run it again after a crash.
struct TurnAccepted {
    std::int64_t number{0};
    std::int64_t parent{0};  ///< the turn it follows, 0: none
    std::string key;         ///< the idempotency key, "" when the client sent none
    store::Digest digest{};  ///< of what the client asked
    std::string message_id, user_message, trace_id, decision_id, stage;
    bool async_coach{false};
    bool use_fallback{false};
    WallTime at{};
    std::string api_key{}, budget{};  ///< CallContext::key and ::budget: the same pays after a restart

    [[nodiscard]] std::string encode() const;
    [[nodiscard]] static Result<TurnAccepted> decode(std::string_view body);
};

struct NodeFinished {
    std::int64_t number{0};
    std::string node, status, label, outcome;  ///< outcome: JSON of the node's value, "" when it was skipped

    [[nodiscard]] std::string encode() const;
    [[nodiscard]] static Result<NodeFinished> decode(std::string_view body);
};

struct DeltaWritten {
    std::int64_t number{0};
    std::string text;

    [[nodiscard]] std::string encode() const;
    [[nodiscard]] static Result<DeltaWritten> decode(std::string_view body);
};

struct StopRequested {
    std::int64_t number{0};
    [[nodiscard]] std::string encode() const;
    [[nodiscard]] static Result<StopRequested> decode(std::string_view body);
};

/// A new attempt begins to tell the turn from the start; what was told before it is void.
struct Restarted {
    std::int64_t number{0};
    bool nodes_kept{true};  ///< false: finished nodes are run again too
    [[nodiscard]] std::string encode() const;
    [[nodiscard]] static Result<Restarted> decode(std::string_view body);
};

/// The turn as it will be told from now on. `result` is the JSON text of the answer, sent as it stands.
struct TurnRecord {
    std::int64_t number{0};
    std::int64_t parent{0};
    State state{State::running};
    std::int64_t epoch{0};
    std::string stage;     ///< the stage after the turn
    std::string stage_before;
    std::string message_id, user_message;
    std::string timeline;  ///< from which `events_of` re-tells the event stream, ids included
    std::string result;    ///< completed, stopped: the answer; failed: the problem
    std::string task_id;   ///< of the coach follow-up still owed, "" when none
    WallTime at{};
    std::int64_t first_seq{0};  ///< place of its first event among the session's, in `epoch`; 0: told before places were given

    [[nodiscard]] std::string encode() const;
    [[nodiscard]] static Result<TurnRecord> decode(std::string_view body);
};

struct AdviceGiven {
    std::int64_t number{0};
    std::string task_id, advice;  ///< advice: JSON
    std::int64_t epoch{0};        ///< of the process that wrote it
    [[nodiscard]] std::string encode() const;
    [[nodiscard]] static Result<AdviceGiven> decode(std::string_view body);
};

/// Where advice stands among the session's events. Written when it is told, without waiting: should a crash lose it, the advice is
/// told again at the beginning of the next epoch.
struct AdviceTold {
    std::int64_t number{0}, epoch{0}, seq{0};
    [[nodiscard]] std::string encode() const;
    [[nodiscard]] static Result<AdviceTold> decode(std::string_view body);
};

struct FeedbackGiven {
    std::string id, tenant, session_id, intent, decision_id, signals, comment;  ///< signals: JSON object text
    std::int64_t number{0}, rating{0};
    bool matched{false};  ///< the session, the turn and, when given, the decision exist
    WallTime at{};

    [[nodiscard]] std::string encode() const;
    [[nodiscard]] static Result<FeedbackGiven> decode(std::string_view body);
};
}  // namespace rondo::turn
