#pragma once
#include "platform/store/batch.hpp"
#include "platform/store/database.hpp"

#include <vector>

namespace rondo::turn {
/// The tables of this module, as numbered, forward-only migrations. Numbers are for the whole database: another module's may stand
/// between those of migrations() and the later one.
[[nodiscard]] std::vector<store::Migration> migrations();
[[nodiscard]] store::Migration advice_places(int version);

/// Keeps sessions, turns, follow-ups and feedback as tables: what lists, history and replays read. Pure; projector thread.
class TurnProjection final : public store::Projection {
public:
    [[nodiscard]] const char* name() const override { return "turn"; }
    void apply(std::span<const store::JournalRow> rows, store::Batch& out) override;
};
}  // namespace rondo::turn
