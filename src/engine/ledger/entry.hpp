#pragma once
#include "base/result.hpp"
#include "engine/ledger/subject.hpp"
#include "engine/ledger/usage.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace rondo::ledger {
/// The ledger's place in the journal that it shares with others: negative streams are not sessions, and kinds from 256 on are
/// nobody else's. The numbers are on disk.
inline constexpr std::int64_t kStream = -1;
inline constexpr int kSettled = 256;

/// What one model call used, as its maker tells it.
struct Call {
    Usage usage;
    std::string model;          ///< the name in the price table
    std::string target{};       ///< who was asked; "" for the embedded model
    std::string scenario{}, node{};
    std::string decision_id{};  ///< of the decision that chose the target; told in alerts, not kept
    bool estimated{false};      ///< the usage is our own count, not the provider's
    std::int64_t attempts{1};   ///< tries it took; those before the last used nothing that is known
};

/// A settled call as the journal keeps it.
struct Entry {
    Spender spender;
    std::int64_t day{0};  ///< of its reservation
    Call call;
    Money cost;

    [[nodiscard]] std::string encode() const;
    /// Errors: `data_loss`. The decision id is not among what comes back.
    [[nodiscard]] static Result<Entry> decode(std::string_view body);
};
}  // namespace rondo::ledger
