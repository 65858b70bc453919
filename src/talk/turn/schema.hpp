#pragma once
#include "platform/store/batch.hpp"
#include "platform/store/database.hpp"

#include <vector>

namespace rondo::turn {
/// The tables of this module, as numbered, forward-only migrations.
[[nodiscard]] std::vector<store::Migration> migrations();

/// Keeps sessions, turns, follow-ups and feedback as tables: what lists, history and replays read. Pure; projector thread.
class TurnProjection final : public store::Projection {
public:
    [[nodiscard]] const char* name() const override { return "turn"; }
    void apply(std::span<const store::JournalRow> rows, store::Batch& out) override;
};
}  // namespace rondo::turn
