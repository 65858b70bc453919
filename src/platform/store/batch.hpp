#pragma once
#include "platform/store/value.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace rondo::store {
/// What one caller wants written: all of it or none, in one commit.
///
/// A value; building it touches no disk. Many callers' batches share a commit group. Inside a batch the order is: fences are
/// checked, statements and guards run as added, journal rows are appended. A refused batch leaves nothing behind and does
/// not disturb its group.
class Batch {
public:
    /// Appends a row to the journal. `stream` is the owner's key (a session), `kind` a small number of the owner's choice.
    Batch& append(std::int64_t stream, int kind, std::string body);
    Batch& execute(Sql sql, std::vector<Value> params);
    /// A statement that must change (a SELECT: return) exactly one row; otherwise the batch fails with `aborted`,
    /// the message `otherwise` and the reason GUARD.
    Batch& guard(Sql sql, std::vector<Value> params, std::string otherwise);
    /// Refuses the batch (`aborted`, reason STALE_FENCE) when a higher token has been presented for `key`, or when the token
    /// was issued by an earlier process. `token` comes from Database::next_token.
    Batch& fence(std::int64_t key, std::int64_t token);

    struct Append {
        std::int64_t stream;
        int kind;
        std::uint32_t body_crc;
        std::string body;
    };
    struct Statement {
        Sql sql;
        std::vector<Value> params;
        bool guard;
        std::string otherwise;
    };
    struct Fence {
        std::int64_t key;
        std::int64_t token;
    };

    [[nodiscard]] const std::vector<Append>& rows() const noexcept { return rows_; }
    [[nodiscard]] const std::vector<Statement>& statements() const noexcept { return statements_; }
    [[nodiscard]] const std::vector<Fence>& fences() const noexcept { return fences_; }
    [[nodiscard]] bool empty() const noexcept { return rows_.empty() && statements_.empty() && fences_.empty(); }
    /// Memory the batch holds while it waits, roughly; what the queue's bound counts.
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

private:
    std::vector<Append> rows_;
    std::vector<Statement> statements_;
    std::vector<Fence> fences_;
    std::size_t bytes_{0};
};

/// The journal rows a committed batch got; both 0 when it had none.
struct Receipt {
    std::int64_t first_seq{0}, last_seq{0};
};
}  // namespace rondo::store
