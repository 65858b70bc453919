#include "platform/store/journal.hpp"

#include "platform/store/crc32c.hpp"
#include "platform/store/sqlite.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace rondo::store {
std::uint32_t row_checksum(std::uint32_t body_crc, std::int64_t seq, std::int64_t stream, int kind) noexcept {
    const auto kind32 = static_cast<std::int32_t>(kind);
    std::array<char, sizeof seq + sizeof stream + sizeof kind32> header;
    std::memcpy(header.data(), &seq, sizeof seq);
    std::memcpy(header.data() + sizeof seq, &stream, sizeof stream);
    std::memcpy(header.data() + sizeof seq + sizeof stream, &kind32, sizeof kind32);
    return crc32c({header.data(), header.size()}, body_crc);
}

Result<std::int64_t> read_journal(Connection& connection, std::int64_t after, std::int64_t limit, std::int64_t projected_seq,
                                  const std::function<void(JournalRow)>& row) {
    static constexpr Sql kSelect = "SELECT seq, stream, kind, crc, body FROM journal WHERE seq > ?1 ORDER BY seq LIMIT ?2";
    auto statement = connection.prepare(kSelect);
    if (!statement) return propagate(statement);
    statement->bind(1, after);
    statement->bind(2, limit);
    int rc = statement->step();
    for (; rc == SQLITE_ROW; rc = statement->step()) {
        JournalRow found{statement->integer(0), statement->integer(1), static_cast<int>(statement->integer(2)), nullptr};
        const bool gap = found.seq > projected_seq && found.seq != std::max(after, projected_seq) + 1;
        if (found.seq <= after || gap)
            return fail(Code::data_loss, fmt::format("journal row {} follows row {}: the journal is damaged; restore the database from a "
                                                     "backup",
                                                     found.seq, after));
        const std::string_view body = statement->bytes(4);
        if (statement->integer(3) != row_checksum(crc32c(body), found.seq, found.stream, found.kind))
            return fail(Code::data_loss, fmt::format("journal row {} (stream {}, kind {}) is damaged: its checksum does not match; "
                                                     "restore the database from a backup",
                                                     found.seq, found.stream, found.kind));
        found.body = std::make_shared<const std::string>(body);
        after = found.seq;
        row(std::move(found));
    }
    if (rc != SQLITE_DONE) return fail(connection.error(rc, "reading the journal"));
    return after;
}
}  // namespace rondo::store
