#pragma once
#include "base/money.hpp"
#include "engine/ledger/calendar.hpp"
#include "engine/ledger/entry.hpp"
#include "engine/ledger/subject.hpp"
#include "platform/store/batch.hpp"

#include <array>
#include <span>

namespace rondo::ledger {
class UsageLedger;
struct Slot;

/// Money set aside for what one caller is about to spend. Dropped unsettled, it goes back. Move-only; belongs to the window in
/// which it was made, whenever it is settled. Must not outlive its ledger. Used by one thread at a time, any.
class Reservation {
public:
    Reservation(Reservation&& other) noexcept;
    Reservation& operator=(Reservation&& other) noexcept;
    ~Reservation() { release(); }

    /// Books what the calls really used, in full even past the estimate, and gives the rest back; the entries join the next
    /// commit group and are kept until the disk has them. Returns the cost. The reservation is over then.
    Money settle(std::span<const Call> calls);
    Money settle(const Call& call) { return settle(std::span{&call, 1}); }

    /// The same, but the entries join `batch`: they are there if and only if what else is in it is. The caller commits it.
    Money settle(std::span<const Call> calls, store::Batch& batch);
    Money settle(const Call& call, store::Batch& batch) { return settle(std::span{&call, 1}, batch); }

    void release() noexcept;  ///< nothing was used; without effect once settled

    [[nodiscard]] Money estimate() const { return estimate_; }
    [[nodiscard]] bool open() const { return ledger_ != nullptr; }

private:
    friend class UsageLedger;
    Reservation(UsageLedger& ledger, Spender spender, Money estimate, Windows windows)
        : ledger_{&ledger}, spender_{std::move(spender)}, estimate_{estimate}, windows_{windows} {}

    UsageLedger* ledger_;  // null once it is over
    Spender spender_;
    Money estimate_;
    Windows windows_;
    std::array<Slot*, 4> slots_{};  // by SubjectKind; null where there is no limit
};
}  // namespace rondo::ledger
