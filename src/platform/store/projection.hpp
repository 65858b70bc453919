#pragma once
#include "platform/store/batch.hpp"
#include "platform/store/journal.hpp"

namespace rondo::store {
/// Turns journal rows into rows of tables, off the acknowledged path.
///
/// A row is applied once: its statements and the cursor behind it are in one commit. Rows come in seq order on the store's
/// projector thread. A row that apply() throws on, or whose statements fail, is set aside in the table `journal_rejected`
/// with the reason and reported as a warning; the rows behind it go on.
class Projection {
public:
    virtual ~Projection() = default;
    [[nodiscard]] virtual const char* name() const = 0;
    /// Pure: decodes `row` and adds statements to `out`; rows of kinds it does not know are skipped. No journal appends.
    virtual void apply(const JournalRow& row, Batch& out) = 0;
};
}  // namespace rondo::store
