#include "talk/turn/schema.hpp"

#include "platform/store/idempotency.hpp"
#include "talk/turn/record.hpp"

#include <map>
#include <stdexcept>
#include <utility>

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
    id INTEGER PRIMARY KEY,             -- the journal's seq of its acceptance: new turns go to the end, whatever their session
    session INTEGER NOT NULL, number INTEGER NOT NULL, parent INTEGER NOT NULL,
    state INTEGER NOT NULL, message_id TEXT NOT NULL, user_message TEXT NOT NULL, accepted_at INTEGER NOT NULL,
    record BLOB, advice TEXT, rating INTEGER);
CREATE UNIQUE INDEX turns_by_number ON turns(session, number, parent);  -- the shape of a session is read from it alone
CREATE TABLE follow_ups(
    session INTEGER NOT NULL, number INTEGER NOT NULL, task_id TEXT NOT NULL,
    PRIMARY KEY(session, number)) WITHOUT ROWID;
CREATE TABLE feedback(
    id TEXT PRIMARY KEY, session INTEGER NOT NULL, tenant TEXT NOT NULL, session_id TEXT NOT NULL, number INTEGER NOT NULL,
    rating INTEGER NOT NULL, intent TEXT NOT NULL, decision_id TEXT NOT NULL, signals TEXT NOT NULL, comment TEXT NOT NULL,
    matched INTEGER NOT NULL, created_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX feedback_by_session ON feedback(session, number);
)sql";

/// A user's own sessions, newest first: the key, of which rowids are made, ends every index.
constexpr const char* kSessionsByUser = "CREATE INDEX sessions_by_user ON sessions(tenant, user);";

/// Where late advice stands among the session's events. Epoch 0: before places were given.
constexpr const char* kAdvicePlaces = "ALTER TABLE turns ADD COLUMN advice_epoch INTEGER; ALTER TABLE turns ADD COLUMN advice_seq INTEGER;";

std::int64_t micros(WallTime time) { return time.time_since_epoch().count(); }

void created(std::int64_t key, const SessionCreated& s, store::Batch& out) {
    out.execute(
        "INSERT OR IGNORE INTO sessions(key, tenant, id, user, scenario, persona_name, persona_role, stage, title, seed, created_at, "
        "updated_at)"
        " VALUES(?,?,?,?,?,?,?,?,?,?,?,?)",
        {key, s.tenant, s.id, s.user, s.scenario, s.persona_name, s.persona_role, s.stage, s.title, static_cast<std::int64_t>(s.seed),
         micros(s.at), micros(s.at)});
}

/// An accepted turn that is not in the table yet, because it may end within the same rows.
struct Fresh {
    std::int64_t seq;
    TurnAccepted turn;
};

void accepted(std::int64_t key, const Fresh& fresh, State state, store::Value record, store::Batch& out) {
    const TurnAccepted& t = fresh.turn;
    out.execute(
        "INSERT OR IGNORE INTO turns(id, session, number, parent, state, message_id, user_message, accepted_at, record)"
        " VALUES(?,?,?,?,?,?,?,?,?)",
        {fresh.seq, key, t.number, t.parent, static_cast<std::int64_t>(state), t.message_id, t.user_message, micros(t.at),
         std::move(record)});
    if (!t.key.empty()) store::Idempotency::append(out, key, t.key, {t.digest, t.number});
}

void ended(std::int64_t key, const TurnRecord& r, const std::string& body, const Fresh* fresh, store::Batch& out) {
    const auto state = static_cast<std::int64_t>(r.state);
    if (fresh) {
        accepted(key, *fresh, r.state, store::BlobValue{body}, out);
    } else {
        out.execute("UPDATE turns SET state = ?, record = ? WHERE session = ? AND number = ?",
                    {state, store::BlobValue{body}, key, r.number});
    }
    // The first message names the session in lists.
    out.execute("UPDATE sessions SET turns = ?, stage = ?, updated_at = ?, title = CASE title WHEN '' THEN ? ELSE title END WHERE key = ?",
                {r.number, r.stage, micros(r.at), title_of(r.user_message), key});
    if (!r.task_id.empty())
        out.execute("INSERT OR IGNORE INTO follow_ups(session, number, task_id) VALUES(?,?,?)", {key, r.number, r.task_id});
}

void advised(std::int64_t key, const AdviceGiven& a, store::Batch& out) {
    // Unless it is said where it was told (AdviceTold), it counts as told when the next process began.
    const std::int64_t epoch = a.epoch > 0 ? a.epoch + 1 : 0;
    out.execute("UPDATE turns SET advice = ?, advice_epoch = ?, advice_seq = 0 WHERE session = ? AND number = ?",
                {a.advice, epoch, key, a.number});
    out.execute("DELETE FROM follow_ups WHERE session = ? AND number = ?", {key, a.number});
}

void told(std::int64_t key, const AdviceTold& t, store::Batch& out) {
    out.execute("UPDATE turns SET advice_epoch = ?, advice_seq = ? WHERE session = ? AND number = ?", {t.epoch, t.seq, key, t.number});
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

std::vector<store::Migration> migrations() { return {{.version = 1, .sql = kTables}, {.version = 2, .sql = kSessionsByUser}}; }

store::Migration advice_places(int version) { return {.version = version, .sql = kAdvicePlaces}; }

void TurnProjection::apply(std::span<const store::JournalRow> rows, store::Batch& out) {
    // A row that cannot be decoded was damaged before its checksum was made, i.e. by us: the store sets it aside.
    const auto sound = [](auto decoded) {
        if (!decoded) throw std::runtime_error{decoded.error().message};
        return std::move(*decoded);
    };
    std::map<std::pair<std::int64_t, std::int64_t>, Fresh> fresh;  // by session and number; most end here, and are written once
    const auto write_fresh = [&] {
        for (const auto& [id, turn] : fresh) accepted(id.first, turn, State::running, nullptr, out);
        fresh.clear();
    };
    for (const auto& row : rows) {
        const std::string& body = *row.body;
        const std::int64_t key = row.stream;
        switch (static_cast<Kind>(row.kind)) {
            case Kind::turn_accepted: {
                auto turn = sound(TurnAccepted::decode(body));
                fresh.emplace(std::pair{key, turn.number}, Fresh{row.seq, turn});
                break;
            }
            case Kind::turn_ended: {
                const auto record = sound(TurnRecord::decode(body));
                const auto begun = fresh.extract({key, record.number});
                ended(key, record, body, begun ? &begun.mapped() : nullptr, out);
                break;
            }
            case Kind::session_created: created(key, sound(SessionCreated::decode(body)), out); break;
            case Kind::advice: advised(key, sound(AdviceGiven::decode(body)), out); break;
            case Kind::advice_told: told(key, sound(AdviceTold::decode(body)), out); break;
            case Kind::session_deleted:
                write_fresh();
                deleted(key, out);
                break;
            case Kind::feedback:
                write_fresh();
                rated(key, sound(FeedbackGiven::decode(body)), out);
                break;
            case Kind::node_finished:
            case Kind::delta:
            case Kind::stop_requested:
            case Kind::restarted: break;  // of use to a restart only
        }
    }
    write_fresh();
}
}  // namespace rondo::turn
