#pragma once
#include "base/clock.hpp"
#include "engine/ledger/account.hpp"

#include <array>
#include <cstdint>
#include <string>

namespace rondo::ledger {
/// An account in memory and who needs it there. Internal to the ledger, guarded by its mutex.
struct Slot {
    Account account;
    int pins{0};            ///< reservations, entries not yet on the disk, allowances under way
    int drawing{0};         ///< allowances under way
    Money waiting{};        ///< estimates of reservations that wait for an allowance
    std::int64_t version{0};    ///< of the last allowance asked for
    bool drawn{false};      ///< the disk may hold a ceiling above what is used
    bool wanted{false};     ///< is in line for a larger allowance
    TimePoint used_at{};
};

/// An allowance on its way to the disk.
struct Draw {
    Slot* slot;
    Allowance allowance;
};

/// A settled entry on its way to the disk, and the accounts that stay in memory until it is there.
struct Unsaved {
    std::string body;
    std::array<Slot*, 4> slots{};
};
}  // namespace rondo::ledger
