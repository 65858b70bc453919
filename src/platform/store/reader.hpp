#pragma once
#include "base/result.hpp"
#include "platform/store/value.hpp"

#include <cstdint>
#include <vector>

namespace rondo::store {
class Connection;

/// What a read function is given: one snapshot of the tables. Valid during the call only, on the reader's thread.
class Reader {
public:
    Reader(Connection& connection, std::int64_t max_rows) : connection_{connection}, max_rows_{max_rows} {}
    /// Errors: `resource_exhausted` (more rows than Config::read_rows; page through them), those of the statement and the disk.
    [[nodiscard]] Result<std::vector<Row>> query(Sql sql, const std::vector<Value>& params);

private:
    Connection& connection_;
    std::int64_t max_rows_;
};
}  // namespace rondo::store
