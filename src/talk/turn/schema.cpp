#include "talk/turn/schema.hpp"

#include "platform/store/idempotency.hpp"
#include "talk/turn/record.hpp"

#include <stdexcept>

namespace rondo::turn {
namespace {
constexpr const char* kTables = R"sql(
CREATE TABLE sessions(
    key INTEGER PRIMARY KEY,            -- grows with creation, so it is also the order of lists
    tenant TEXT NOT NULL, id TEXT NOT NULL, user TEXT NOT NULL,
    scenario TEXT NOT NULL, persona_name TEXT NOT NULL, persona_role TEXT NOT NULL,
    stage TEXT NOT NULL, title TEXT NOT NULL, seed INTEGER NOT NULL,
    turns INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL);
CREATE UNIQUE INDEX sessions_by_id ON sessions(tenant, id);
CREATE TABLE turns(
    session INTEGER NOT NULL, number INTEGER NOT NULL,
    state INTEGER NOT NULL, message_id TEXT NOT NULL, user_message TEXT NOT NULL, accepted_at INTEGER NOT NULL,
    record BLOB, advice TEXT, rating INTEGER,
    PRIMARY KEY(session, number)) WITHOUT ROWID;
CREATE TABLE follow_ups(
    session INTEGER NOT NULL, number INTEGER NOT NULL, task_id TEXT NOT NULL,
    PRIMARY KEY(session, number)) WITHOUT ROWID;
CREATE TABLE feedback(
    id TEXT PRIMARY KEY, session INTEGER NOT NULL, tenant TEXT NOT NULL, session_id TEXT NOT NULL, number INTEGER NOT NULL,
    rating INTEGER NOT NULL, intent TEXT NOT NULL, decision_id TEXT NOT NULL, signals TEXT NOT NULL, comment TEXT NOT NULL,
    matched INTEGER NOT NULL, created_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX feedback_by_session ON feedback(session, number);
)sql";

std::int64_t micros(WallTime time) { return time.time_since_epoch().count(); }

void created(std::int64_t key, const SessionCreated& s, store::Batch& out) {
    out.execute(
        "INSERT OR IGNORE INTO sessions(key, tenant, id, user, scenario, persona_name, persona_role, stage, title, seed, created_at, "
        "updated_at)"
        " VALUES(?,?,?,?,?,?,?,?,?,?,?,?)",
        {key, s.tenant, s.id, s.user, s.scenario, s.persona_name, s.persona_role, s.stage, s.title, static_cast<std::int64_t>(s.seed),
         micros(s.at), micros(s.at)});
}

void accepted(std::int64_t key, const TurnAccepted& t, store::Batch& out) {
    out.execute("INSERT OR IGNORE INTO turns(session, number, state, message_id, user_message, accepted_at) VALUES(?,?,0,?,?,?)",
                {key, t.number, t.message_id, t.user_message, micros(t.at)});
    if (!t.key.empty()) store::Idempotency::append(out, key, t.key, {t.digest, t.number});
}

void ended(std::int64_t key, const TurnRecord& r, const std::string& body, store::Batch& out) {
    out.execute("UPDATE turns SET state = ?, record = ? WHERE session = ? AND number = ?",
                {static_cast<std::int64_t>(r.state), store::BlobValue{body}, key, r.number});
    // The first message names the session in lists.
    out.execute("UPDATE sessions SET turns = ?, stage = ?, updated_at = ?, title = CASE title WHEN '' THEN ? ELSE title END WHERE key = ?",
                {r.number, r.stage, micros(r.at), title_of(r.user_message), key});
    if (!r.task_id.empty())
        out.execute("INSERT OR IGNORE INTO follow_ups(session, number, task_id) VALUES(?,?,?)", {key, r.number, r.task_id});
}

void advised(std::int64_t key, const AdviceGiven& a, store::Batch& out) {
    out.execute("UPDATE turns SET advice = ? WHERE session = ? AND number = ?", {a.advice, key, a.number});
    out.execute("DELETE FROM follow_ups WHERE session = ? AND number = ?", {key, a.number});
}

void deleted(std::int64_t key, store::Batch& out) {
    out.execute("DELETE FROM feedback WHERE session = ?", {key});
    out.execute("DELETE FROM follow_ups WHERE session = ?", {key});
    out.execute("DELETE FROM turns WHERE session = ?", {key});
    out.execute("DELETE FROM sessions WHERE key = ?", {key});
    store::Idempotency::erase(out, key);
}

void rated(std::int64_t key, const FeedbackGiven& f, store::Batch& out) {
    out.execute("INSERT OR IGNORE INTO feedback VALUES(?,?,?,?,?,?,?,?,?,?,?,?)",
                {f.id, key, f.tenant, f.session_id, f.number, f.rating, f.intent, f.decision_id, f.signals, f.comment,
                 std::int64_t{f.matched}, micros(f.at)});
    // A repetition was ignored just now, so it leaves the turn alone, too.
    if (f.matched) out.execute("UPDATE turns SET rating = ? WHERE session = ? AND number = ? AND changes() > 0", {f.rating, key, f.number});
}
}  // namespace

std::vector<store::Migration> migrations() { return {{.version = 1, .sql = kTables}}; }

void TurnProjection::apply(const store::JournalRow& row, store::Batch& out) {
    const std::string& body = *row.body;
    // A row that cannot be decoded was damaged before its checksum was made, i.e. by us: the store sets it aside.
    const auto with = [](auto decoded, auto use) {
        if (!decoded) throw std::runtime_error{decoded.error().message};
        use(*decoded);
    };
    switch (static_cast<Kind>(row.kind)) {
        case Kind::session_created: with(SessionCreated::decode(body), [&](const auto& s) { created(row.stream, s, out); }); break;
        case Kind::turn_accepted: with(TurnAccepted::decode(body), [&](const auto& t) { accepted(row.stream, t, out); }); break;
        case Kind::turn_ended: with(TurnRecord::decode(body), [&](const auto& r) { ended(row.stream, r, body, out); }); break;
        case Kind::advice: with(AdviceGiven::decode(body), [&](const auto& a) { advised(row.stream, a, out); }); break;
        case Kind::session_deleted: deleted(row.stream, out); break;
        case Kind::feedback: with(FeedbackGiven::decode(body), [&](const auto& f) { rated(row.stream, f, out); }); break;
        case Kind::node_finished:
        case Kind::delta:
        case Kind::stop_requested:
        case Kind::restarted: break;  // of use to a restart only
    }
}
}  // namespace rondo::turn
