#pragma once
#include "engine/ledger/account.hpp"
#include "engine/ledger/budget.hpp"
#include "platform/store/batch.hpp"
#include "platform/store/reader.hpp"

#include <array>
#include <string_view>
#include <vector>

/// The ledger's rows that are not usage: what is read when an account is opened, allowances, budgets that were set.
namespace rondo::ledger::repository {
/// What the tables say of the subject's present windows. `generation` is that of this process. Errors: the reader's.
[[nodiscard]] Result<std::array<Opening, 2>> opening(store::Reader& reader, const Subject& subject, const Windows& now,
                                                     std::int64_t generation);

/// Adds the allowance unless a later one is there.
void append(store::Batch& batch, const Subject& subject, const Allowance& allowance);

void append(store::Batch& batch, const StoredBudget& budget);
void erase_budget(store::Batch& batch, const Subject& subject);
/// Budgets of every tenant behind `after` (null: from the first), in a fixed order, at most `limit`. Errors: the reader's.
[[nodiscard]] Result<std::vector<StoredBudget>> budgets(store::Reader& reader, const Subject* after, std::int64_t limit);
/// The same of one tenant; `after.tenant` is that tenant.
[[nodiscard]] Result<std::vector<StoredBudget>> budgets_of(store::Reader& reader, const TenantId& tenant, const Subject* after,
                                                           std::int64_t limit);

/// Lets go of the oldest rows of usage from before `first_day`, and of sums that no month needs; a bounded number at a time.
void prune(store::Batch& batch, std::int64_t first_day, std::int64_t today);
}  // namespace rondo::ledger::repository
