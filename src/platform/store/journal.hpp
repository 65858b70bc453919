#pragma once
#include "base/result.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace rondo::store {
class Connection;

/// A row of the journal, the integer-keyed log all hot writes go to. `seq` grows by one with each row and is never reused.
struct JournalRow {
    std::int64_t seq{0};
    std::int64_t stream{0};
    int kind{0};
    std::shared_ptr<const std::string> body;
};

/// What the row's `crc` column holds: CRC-32C over the body and then seq, stream and kind, so that neither a changed byte
/// nor a row under the wrong number goes unnoticed.
[[nodiscard]] std::uint32_t row_checksum(std::uint32_t body_crc, std::int64_t seq, std::int64_t stream, int kind) noexcept;

/// Hands rows after `after` to `row`, in order, at most `limit` (negative: all). Returns the last seq handed over.
/// `projected_seq`: behind it nothing was deleted yet, so every number must be there.
/// Errors: `data_loss` naming the row that is missing, out of order, or whose checksum does not match; those of the disk.
[[nodiscard]] Result<std::int64_t> read_journal(Connection& connection, std::int64_t after, std::int64_t limit, std::int64_t projected_seq,
                                                const std::function<void(JournalRow)>& row);
}  // namespace rondo::store
