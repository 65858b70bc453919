#include "platform/store/sqlite.hpp"

#include <fmt/format.h>

#include <utility>

namespace rondo::store {
namespace {
constexpr const char* kSettings =
    "PRAGMA journal_mode=WAL;"
    "PRAGMA synchronous=FULL;"
    "PRAGMA secure_delete=FAST;"  // some packages zero every freed page, which doubles what trimming the journal writes
    "PRAGMA temp_store=MEMORY;"
    "PRAGMA foreign_keys=ON;";

int bind_value(sqlite3_stmt* statement, int index, const Value& value) {
    struct Bind {
        sqlite3_stmt* statement;
        int index;
        int operator()(std::nullptr_t) const { return sqlite3_bind_null(statement, index); }
        int operator()(std::int64_t number) const { return sqlite3_bind_int64(statement, index, number); }
        int operator()(double number) const { return sqlite3_bind_double(statement, index, number); }
        int operator()(const std::string& text) const {
            return sqlite3_bind_text64(statement, index, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
        }
        int operator()(const BlobValue& blob) const {
            return sqlite3_bind_blob64(statement, index, blob.bytes.data(), blob.bytes.size(), SQLITE_STATIC);
        }
    };
    return std::visit(Bind{statement, index}, value);
}
}  // namespace

int Statement::bind_all(const std::vector<Value>& values) {
    if (sqlite3_bind_parameter_count(statement_) != static_cast<int>(values.size())) return SQLITE_RANGE;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (const int rc = bind_value(statement_, static_cast<int>(i) + 1, values[i]); rc != SQLITE_OK) return rc;
    }
    return SQLITE_OK;
}

std::string_view Statement::bytes(int column) {
    const void* data = sqlite3_column_blob(statement_, column);  // before _bytes: it may convert
    return {static_cast<const char*>(data), static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

Row Statement::row() {
    std::vector<Value> columns;
    const int count = sqlite3_column_count(statement_);
    columns.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) {
        switch (sqlite3_column_type(statement_, i)) {
            case SQLITE_INTEGER: columns.emplace_back(sqlite3_column_int64(statement_, i)); break;
            case SQLITE_FLOAT: columns.emplace_back(sqlite3_column_double(statement_, i)); break;
            case SQLITE_TEXT: columns.emplace_back(std::string{bytes(i)}); break;
            case SQLITE_BLOB: columns.emplace_back(BlobValue{std::string{bytes(i)}}); break;
            default: columns.emplace_back(nullptr);
        }
    }
    return Row{std::move(columns)};
}

Result<Connection> Connection::open(const std::filesystem::path& file, const char* vfs, Mode mode) {
    const int access = mode == Mode::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    sqlite3* raw = nullptr;
    const int rc = sqlite3_open_v2(file.c_str(), &raw, access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, vfs);
    Connection connection;
    connection.handle_.reset(raw);  // a failed open gives a handle too, for its message
    if (rc != SQLITE_OK) return fail(connection.error(rc, "opening " + file.string()));
    sqlite3_busy_timeout(raw, 2'000);  // only another program, a backup say, can hold a lock for long
    sqlite3_db_config(raw, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_wal_autocheckpoint(raw, 0);
    if (auto status = connection.execute(kSettings); !status) return propagate(status);
    auto journal_mode = connection.prepare("PRAGMA journal_mode");
    if (!journal_mode) return propagate(journal_mode);
    // SQLite keeps another mode without an error where shared memory is not to be had, on a network drive say.
    if (journal_mode->step() != SQLITE_ROW || journal_mode->bytes(0) != "wal")
        return fail(Code::failed_precondition, fmt::format("{} cannot have a write-ahead log; put it on a local disk", file.string()));
    return connection;
}

Result<Statement> Connection::prepare(Sql sql) {
    auto& slot = statements_[sql.text()];
    if (!slot) {
        sqlite3_stmt* raw = nullptr;
        const int rc = sqlite3_prepare_v3(handle_.get(), sql.text(), -1, SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
        if (rc != SQLITE_OK) return fail(error(rc, fmt::format("preparing \"{}\"", sql.text())));
        slot.reset(raw);
    }
    return Statement{slot.get()};
}

Status Connection::execute(const char* sql) {
    const int rc = sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr);
    if (rc != SQLITE_OK) return fail(error(rc, "running SQL"));
    return {};
}

int Connection::run(Sql sql) {
    auto statement = prepare(sql);
    return statement ? statement->step() : last_code();
}

Result<std::int64_t> Connection::integer(Sql sql) {
    auto statement = prepare(sql);
    if (!statement) return propagate(statement);
    const int rc = statement->step();
    if (rc == SQLITE_ROW) return statement->integer(0);
    if (rc == SQLITE_DONE) return 0;
    return fail(error(rc, "reading a number"));
}

Error Connection::error(int rc, std::string_view doing) const {
    const char* detail = handle_ && sqlite3_extended_errcode(handle_.get()) == rc ? sqlite3_errmsg(handle_.get()) : sqlite3_errstr(rc);
    std::string message = fmt::format("{} failed: {} (SQLite code {})", doing, detail, rc);
    switch (trouble_of(rc)) {
        case Trouble::no_space: return {Code::insufficient_storage, "the disk is full; free some space. " + message, {}, "DISK_FULL"};
        case Trouble::busy: return {Code::unavailable, std::move(message)};
        case Trouble::fatal: break;
        case Trouble::statement: return {(rc & 0xFF) == SQLITE_CONSTRAINT ? Code::aborted : Code::internal, std::move(message)};
    }
    const bool damaged = (rc & 0xFF) == SQLITE_CORRUPT || (rc & 0xFF) == SQLITE_NOTADB;
    return {damaged ? Code::data_loss : Code::unavailable, std::move(message), {}, damaged ? "" : "DISK_FAILED"};
}

Trouble trouble_of(int rc) noexcept {
    if (rc == SQLITE_IOERR_SHMSIZE) return Trouble::no_space;  // the WAL's index could not grow
    switch (rc & 0xFF) {
        case SQLITE_FULL: return Trouble::no_space;
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_PROTOCOL:
        case SQLITE_NOMEM: return Trouble::busy;
        case SQLITE_IOERR:
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
        case SQLITE_READONLY:
        case SQLITE_CANTOPEN: return Trouble::fatal;
        default: return Trouble::statement;
    }
}
}  // namespace rondo::store
