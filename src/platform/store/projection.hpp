#pragma once
#include "platform/store/batch.hpp"
#include "platform/store/journal.hpp"

#include <span>

namespace rondo::store {
/// Turns journal rows into rows of tables, off the acknowledged path.
///
/// A row is applied once: its statements and the cursor behind it are in one commit. Rows come in seq order on the store's
/// projector thread, as many at a time as there are. When apply() throws or a statement fails, nothing of that call stands and
/// its rows come again one by one; the row that fails alone is set aside in the table `journal_rejected` with the reason and
/// reported as a warning; the rows behind it go on.
class Projection {
public:
    virtual ~Projection() = default;
    [[nodiscard]] virtual const char* name() const = 0;
    /// Pure: decodes `rows` and adds statements to `out`; rows of kinds it does not know are skipped. No journal appends.
    virtual void apply(std::span<const JournalRow> rows, Batch& out) = 0;
};
}  // namespace rondo::store
