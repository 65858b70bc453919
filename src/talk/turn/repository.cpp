#include "talk/turn/repository.hpp"

namespace rondo::turn::repository {
namespace {
constexpr store::Sql kByName =
    "SELECT key, tenant, id, user, scenario, persona_name, persona_role, stage, title, seed, turns, created_at, updated_at FROM sessions"
    " WHERE tenant = ? AND id = ?";
constexpr store::Sql kByKey =
    "SELECT key, tenant, id, user, scenario, persona_name, persona_role, stage, title, seed, turns, created_at, updated_at FROM sessions"
    " WHERE key = ?";
constexpr store::Sql kNewest =
    "SELECT key, tenant, id, user, scenario, persona_name, persona_role, stage, title, seed, turns, created_at, updated_at FROM sessions"
    " WHERE tenant = ? AND key < ? ORDER BY key DESC LIMIT ?";
constexpr store::Sql kNewestOwn =
    "SELECT key, tenant, id, user, scenario, persona_name, persona_role, stage, title, seed, turns, created_at, updated_at FROM sessions"
    " WHERE tenant = ? AND user = ? AND key < ? ORDER BY key DESC LIMIT ?";
constexpr store::Sql kTurn =
    "SELECT number, state, message_id, user_message, accepted_at, record, advice, rating, parent FROM turns"
    " WHERE session = ? AND number = ?";
constexpr store::Sql kEdges = "SELECT number, parent FROM turns WHERE session = ? ORDER BY number";

WallTime wall(std::int64_t micros) { return WallTime{std::chrono::microseconds{micros}}; }

StoredSession session(const store::Row& row) {
    StoredSession s;
    s.key = row.integer(0);
    s.created = {.tenant = row.text(1),
                 .user = row.text(3),
                 .id = row.text(2),
                 .scenario = row.text(4),
                 .persona_name = row.text(5),
                 .persona_role = row.text(6),
                 .stage = row.text(7),
                 .title = row.text(8),
                 .at = wall(row.integer(11)),
                 .seed = static_cast<std::uint64_t>(row.integer(9))};
    s.turns = row.integer(10);
    s.updated_at = wall(row.integer(12));
    return s;
}

Result<StoredTurn> stored_turn(const store::Row& row) {
    StoredTurn t{.number = row.integer(0),
                 .parent = row.integer(8),
                 .state = static_cast<State>(row.integer(1)),
                 .message_id = row.text(2),
                 .user_message = row.text(3),
                 .accepted_at = wall(row.integer(4)),
                 .record = {},
                 .advice = {},
                 .rating = {}};
    if (!row.is_null(5)) {
        auto record = TurnRecord::decode(row.blob(5));
        if (!record) return propagate(record);
        t.record = std::move(*record);
    }
    if (!row.is_null(6)) t.advice = row.text(6);
    if (!row.is_null(7)) t.rating = row.integer(7);
    return t;
}

Result<std::optional<StoredSession>> first(const Result<std::vector<store::Row>>& rows) {
    if (!rows) return propagate(rows);
    if (rows->empty()) return std::nullopt;
    return session(rows->front());
}
}  // namespace

Result<std::optional<StoredSession>> find(store::Reader& reader, const TenantId& tenant, const SessionId& id) {
    return first(reader.query(kByName, {tenant.value, id.value}));
}

Result<std::optional<StoredSession>> find(store::Reader& reader, std::int64_t key) { return first(reader.query(kByKey, {key})); }

Result<std::vector<StoredSession>> list(store::Reader& reader, const Scope& caller, Reach reach, std::int64_t before, std::int64_t limit) {
    const std::int64_t newest = before > 0 ? before : INT64_MAX;
    const auto rows = reach == Reach::tenant ? reader.query(kNewest, {caller.tenant.value, newest, limit})
                                             : reader.query(kNewestOwn, {caller.tenant.value, caller.user.value, newest, limit});
    if (!rows) return propagate(rows);
    std::vector<StoredSession> sessions;
    for (const auto& row : *rows) sessions.push_back(session(row));
    return sessions;
}

Result<std::vector<TurnTree::Edge>> edges(store::Reader& reader, std::int64_t key) {
    const auto rows = reader.query(kEdges, {key});
    if (!rows) return propagate(rows);
    std::vector<TurnTree::Edge> edges;
    edges.reserve(rows->size());
    for (const auto& row : *rows) edges.push_back({row.integer(0), row.integer(1)});
    return edges;
}

Result<std::optional<StoredTurn>> turn(store::Reader& reader, std::int64_t key, std::int64_t number) {
    const auto rows = reader.query(kTurn, {key, number});
    if (!rows) return propagate(rows);
    if (rows->empty()) return std::nullopt;
    auto turn = stored_turn(rows->front());
    if (!turn) return propagate(turn);
    return std::move(*turn);
}

Result<std::vector<OwedFollowUp>> follow_ups(store::Reader& reader) {
    const auto rows = reader.query("SELECT s.tenant, s.id, f.task_id, f.number FROM follow_ups f JOIN sessions s ON s.key = f.session", {});
    if (!rows) return propagate(rows);
    std::vector<OwedFollowUp> owed;
    for (const auto& row : *rows) owed.push_back({row.text(0), row.text(1), row.text(2), row.integer(3)});
    return owed;
}

Result<bool> behind(store::Reader& reader, std::int64_t session) {
    const auto rows = reader.query(
        "SELECT 1 FROM journal WHERE seq > (SELECT value FROM meta WHERE key = 'projected_seq') AND stream = ? LIMIT 1", {session});
    if (!rows) return propagate(rows);
    return !rows->empty();
}
}  // namespace rondo::turn::repository
