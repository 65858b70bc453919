#pragma once
#include "base/result.hpp"
#include "platform/store/value.hpp"

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

/// The thin layer over SQLite that the rest of the module speaks. Internal: only .cpp files and headers of this module
/// that are themselves internal include it.
namespace rondo::store {
/// A prepared statement in use. Resets itself when it goes; the connection keeps the prepared form.
class Statement {
public:
    explicit Statement(sqlite3_stmt* statement) : statement_{statement} {}
    ~Statement() {
        if (statement_ != nullptr) sqlite3_reset(statement_);
    }
    Statement(Statement&& other) noexcept : statement_{std::exchange(other.statement_, nullptr)} {}
    Statement& operator=(Statement&&) = delete;

    void bind(int index, std::int64_t value) { sqlite3_bind_int64(statement_, index, value); }
    /// Not copied: `bytes` must stay until the statement was stepped for the last time.
    void bind_blob(int index, std::string_view bytes) {
        // A null pointer would bind NULL; an empty blob needs some address.
        sqlite3_bind_blob64(statement_, index, bytes.empty() ? "" : bytes.data(), bytes.size(), SQLITE_STATIC);
    }
    /// All parameters, from the first; texts and blobs are not copied. SQLITE_RANGE: the statement has fewer or more.
    [[nodiscard]] int bind_all(const std::vector<Value>& values);

    [[nodiscard]] int step() { return sqlite3_step(statement_); }
    [[nodiscard]] bool read_only() const { return sqlite3_stmt_readonly(statement_) != 0; }
    [[nodiscard]] std::int64_t integer(int column) { return sqlite3_column_int64(statement_, column); }
    [[nodiscard]] std::string_view bytes(int column);  ///< a text or blob; valid until the next step
    [[nodiscard]] Row row();

private:
    sqlite3_stmt* statement_;
};

/// One SQLite connection in multi-thread mode: used by one thread at a time.
class Connection {
public:
    enum class Mode { read_write, read_only };
    /// Opens `file` through the VFS named `vfs` with the settings every connection shares (WAL, synchronous=FULL, no automatic
    /// checkpoint, none on close either).
    [[nodiscard]] static Result<Connection> open(const std::filesystem::path& file, const char* vfs, Mode mode);

    /// The statement, prepared at its first use and kept.
    [[nodiscard]] Result<Statement> prepare(Sql sql);
    /// Runs `sql` (any number of statements) without parameters or results.
    [[nodiscard]] Status execute(const char* sql);
    /// Runs one cached statement to its end. An SQLite result code: SQLITE_DONE is success.
    [[nodiscard]] int run(Sql sql);
    /// The first column of the first row, 0 when there is none.
    [[nodiscard]] Result<std::int64_t> integer(Sql sql);

    /// `rc` of this connection as an Error; `doing` completes "... failed".
    [[nodiscard]] Error error(int rc, std::string_view doing) const;
    [[nodiscard]] int last_code() const { return sqlite3_extended_errcode(handle_.get()); }
    [[nodiscard]] std::int64_t changes() const { return sqlite3_changes64(handle_.get()); }
    [[nodiscard]] bool in_transaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }
    [[nodiscard]] sqlite3* handle() const { return handle_.get(); }

private:
    struct Close {
        void operator()(sqlite3* handle) const { sqlite3_close(handle); }
    };
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
    };

    std::unique_ptr<sqlite3, Close> handle_;
    std::unordered_map<const char*, std::unique_ptr<sqlite3_stmt, Finalize>> statements_;  // destroyed before the handle
};

/// What a result code means for everybody who shares the connection.
enum class Trouble {
    statement,  ///< this statement's own: a constraint, a mistake in the SQL
    no_space,   ///< the disk is full; passes by itself
    busy,       ///< a lock or memory was not to be had; may pass
    fatal,      ///< the disk failed or the file is damaged: nothing may be acknowledged any more
};
[[nodiscard]] Trouble trouble_of(int rc) noexcept;
}  // namespace rondo::store
