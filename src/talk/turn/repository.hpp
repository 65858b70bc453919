#pragma once
#include "base/ids.hpp"
#include "platform/store/database.hpp"
#include "platform/store/idempotency.hpp"
#include "talk/turn/record.hpp"
#include "talk/turn/turn_tree.hpp"

#include <optional>
#include <vector>

namespace rondo::turn {
/// A session as its table row tells it.
struct StoredSession {
    std::int64_t key{0};
    SessionCreated created;  ///< its `stage` and `title` are today's
    std::int64_t turns{0};   ///< ended turns
    WallTime updated_at{};
};

/// A turn as its table row tells it.
struct StoredTurn {
    std::int64_t number{0};
    std::int64_t parent{0};  ///< the turn it follows, 0: none
    State state{State::running};
    std::string message_id, user_message;
    WallTime accepted_at{};
    std::optional<TurnRecord> record;  ///< once ended
    std::string advice;                ///< JSON, when a follow-up brought it
    std::optional<std::int64_t> rating;
};

struct OwedFollowUp {
    std::string tenant, session_id, task_id;
    std::int64_t number{0};
};

/// The read side: what the projections hold. Every function runs on a reader thread, inside Database::read.
/// Errors: `data_loss`, `internal` and what the store reports.
namespace repository {
Result<std::optional<StoredSession>> find(store::Reader& reader, const TenantId& tenant, const SessionId& id);
Result<std::optional<StoredSession>> find(store::Reader& reader, std::int64_t key);
/// The sessions of the caller, or of everybody in its tenant. Newest first, those older than `before` (a key; 0: from the newest).
Result<std::vector<StoredSession>> list(store::Reader& reader, const Scope& caller, Reach reach, std::int64_t before, std::int64_t limit);
/// Which turn follows which, running ones too; by number.
Result<std::vector<TurnTree::Edge>> edges(store::Reader& reader, std::int64_t session);
Result<std::optional<StoredTurn>> turn(store::Reader& reader, std::int64_t session, std::int64_t number);
Result<std::vector<OwedFollowUp>> follow_ups(store::Reader& reader);
/// True while the journal has rows of the session that the tables do not show yet.
Result<bool> behind(store::Reader& reader, std::int64_t session);
}  // namespace repository
}  // namespace rondo::turn
