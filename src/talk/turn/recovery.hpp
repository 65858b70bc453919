#pragma once
#include "platform/store/batch.hpp"
#include "platform/store/journal.hpp"
#include "talk/turn/values.hpp"

#include <cstdint>
#include <map>
#include <vector>

namespace rondo::turn {
/// Reads the journal at start and finds the turns that were accepted but did not end. Pure: feed it every row in order.
class Recovery {
public:
    struct Unfinished {
        TurnAccepted accepted;
        Resumption resumption;
    };

    /// Errors: `data_loss` when a row cannot be read.
    Status add(const store::JournalRow& row);
    /// By session key.
    [[nodiscard]] std::map<std::int64_t, Unfinished> take() { return std::move(open_); }

private:
    std::map<std::int64_t, Unfinished> open_;
};
}  // namespace rondo::turn
