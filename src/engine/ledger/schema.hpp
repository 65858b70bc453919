#pragma once
#include "platform/store/database.hpp"
#include "platform/store/projection.hpp"

namespace rondo::ledger {
/// The tables of this module as step `version` of the application's migrations: `usage` and `spent`, which the projection keeps,
/// and `allowances` and `budgets`, which the ledger writes itself.
[[nodiscard]] store::Migration migration(int version);

/// Adds settled entries up: `usage` by whom, where, with what and on which day; `spent` by subject and day. Pure; projector thread.
class UsageProjection final : public store::Projection {
public:
    [[nodiscard]] const char* name() const override { return "usage"; }
    void apply(std::span<const store::JournalRow> rows, store::Batch& out) override;
};
}  // namespace rondo::ledger
