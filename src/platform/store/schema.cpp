#include "platform/store/schema.hpp"

#include "platform/store/sqlite.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace rondo::store {
namespace {
constexpr std::int64_t kApplicationId = 0x726E646F;  // "rndo": file(1) and we tell our files by it

/// The store's own tables. meta: generation, projected_seq, clean (the last process stopped in order), schema (the owner's).
constexpr Migration kOwn[] = {
    {1, R"sql(
        CREATE TABLE meta(key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        INSERT INTO meta VALUES('generation', 0), ('projected_seq', 0), ('clean', 1), ('schema', 0);
        CREATE TABLE journal(
            seq INTEGER PRIMARY KEY, stream INTEGER NOT NULL, kind INTEGER NOT NULL, crc INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
        CREATE TABLE journal_rejected(
            seq INTEGER PRIMARY KEY, stream INTEGER NOT NULL, kind INTEGER NOT NULL, body BLOB NOT NULL, reason TEXT NOT NULL) STRICT;
        CREATE TABLE idempotency(
            scope INTEGER NOT NULL, key TEXT NOT NULL, body BLOB NOT NULL, result INTEGER NOT NULL,
            PRIMARY KEY(scope, key)) STRICT, WITHOUT ROWID;
    )sql"},
};

constexpr Sql kApplication = "PRAGMA application_id";
constexpr Sql kObjects = "SELECT count(*) FROM sqlite_schema";
constexpr Sql kOwnVersion = "PRAGMA user_version";
constexpr Sql kTheirVersion = "SELECT value FROM meta WHERE key = 'schema'";
constexpr Sql kClean = "SELECT value FROM meta WHERE key = 'clean'";
constexpr Sql kQuickCheck = "PRAGMA quick_check(1)";

Status quick_check(Connection& connection, std::chrono::milliseconds budget) {
    auto deadline = std::chrono::steady_clock::now() + budget;
    sqlite3_progress_handler(
        connection.handle(), 10'000,
        [](void* until) { return std::chrono::steady_clock::now() >= *static_cast<decltype(deadline)*>(until) ? 1 : 0; }, &deadline);
    Status status;
    if (auto statement = connection.prepare(kQuickCheck); !statement) {
        status = propagate(statement);
    } else if (const int rc = statement->step(); rc == SQLITE_ROW) {
        if (const auto verdict = statement->bytes(0); verdict != "ok")
            status = fail(Code::data_loss, fmt::format("the database is damaged ({}); restore it from a backup", verdict));
    } else if (rc != SQLITE_INTERRUPT) {  // interrupted: a large file, found sound as far as the time went
        status = fail(connection.error(rc, "checking the database"));
    }
    sqlite3_progress_handler(connection.handle(), 0, nullptr, nullptr);
    return status;
}

/// Runs the steps after `version` and returns the last one's number.
template <class Migrations>
Result<std::int64_t> migrate(Connection& connection, const Migrations& migrations, std::int64_t version, std::string_view whose) {
    const auto newest = static_cast<std::int64_t>(std::size(migrations));
    if (version > newest)
        return fail(Code::failed_precondition, fmt::format("the database was written by a newer rondo ({} version {}, this one knows {}); "
                                                           "use that version, there is no way back",
                                                           whose, version, newest));
    std::int64_t expected = 1;
    for (const Migration& step : migrations) {
        if (step.version != expected++) return fail(Code::internal, fmt::format("{} migrations must be numbered 1, 2, 3, ...", whose));
        if (step.version <= version) continue;
        if (auto done = connection.execute(step.sql); !done) {
            Error error = done.error();
            error.message = fmt::format("{} migration {}: {}", whose, step.version, error.message);
            return fail(std::move(error));
        }
    }
    return newest;
}

Result<Opened> bring_up(Connection& connection, const std::vector<Migration>& migrations) {
    const auto own_version = connection.integer(kOwnVersion);
    if (!own_version) return propagate(own_version);
    const auto own = migrate(connection, kOwn, *own_version, "store");
    if (!own) return propagate(own);
    const auto their_version = connection.integer(kTheirVersion);
    if (!their_version) return propagate(their_version);
    const auto theirs = migrate(connection, migrations, *their_version, "application");
    if (!theirs) return propagate(theirs);
    const std::string update = fmt::format(
        "PRAGMA application_id = {}; PRAGMA user_version = {};"
        "UPDATE meta SET value = {} WHERE key = 'schema'; UPDATE meta SET value = 0 WHERE key = 'clean';"
        "UPDATE meta SET value = value + 1 WHERE key = 'generation'",
        kApplicationId, *own, *theirs);
    if (auto done = connection.execute(update.c_str()); !done) return propagate(done);

    const auto generation = connection.integer("SELECT value FROM meta WHERE key = 'generation'");
    if (!generation) return propagate(generation);
    const auto projected = connection.integer("SELECT value FROM meta WHERE key = 'projected_seq'");
    if (!projected) return propagate(projected);
    // Rows behind the cursor may all be trimmed; the numbers go on after it all the same.
    const auto newest = connection.integer("SELECT max(seq) FROM journal");
    if (!newest) return propagate(newest);
    return Opened{*generation, std::max(*newest, *projected), *projected};
}
}  // namespace

Result<Opened> open_schema(Connection& connection, const std::vector<Migration>& migrations, std::chrono::milliseconds check_budget) {
    const auto application = connection.integer(kApplication);
    if (!application) return propagate(application);
    const auto objects = connection.integer(kObjects);
    if (!objects) return propagate(objects);
    if (*objects > 0) {
        if (*application != kApplicationId) return fail(Code::failed_precondition, "the file is another program's SQLite database");
        const auto clean = connection.integer(kClean);
        if (!clean) return propagate(clean);
        if (*clean == 0 && check_budget.count() > 0) {
            if (auto sound = quick_check(connection, check_budget); !sound) return propagate(sound);
        }
    }
    if (auto begun = connection.execute("BEGIN IMMEDIATE"); !begun) return propagate(begun);
    auto opened = bring_up(connection, migrations);
    auto ended = connection.execute(opened ? "COMMIT" : "ROLLBACK");
    if (!opened) return opened;
    if (!ended) return propagate(ended);
    return opened;
}

Status mark_clean(Connection& connection) { return connection.execute("UPDATE meta SET value = 1 WHERE key = 'clean'"); }
}  // namespace rondo::store
