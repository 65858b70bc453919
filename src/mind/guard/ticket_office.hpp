#pragma once
#include "base/clock.hpp"
#include "base/result.hpp"
#include "mind/guard/principal.hpp"

#include <chrono>
#include <cstddef>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace rondo::guard {
/// Tickets that let a browser in once: it cannot send a key with a WebSocket's handshake, so it fetches a ticket with its key and
/// names it in the address. A ticket stands for whoever fetched it, with the same limits, for half a minute and one use; what
/// remains of it in logs of proxies is worth nothing.
///
/// In memory only: a restart forgets tickets, and their holders fetch others. Thread-safe, each call holds the lock for one look-up.
/// Bounded in all and for each caller, so that one cannot take the places of all.
class TicketOffice {
public:
    struct Limits {
        std::size_t tickets{10'000};
        std::size_t per_caller{256};
        std::chrono::seconds lifetime{30};
    };
    struct Ticket {
        std::string text;  ///< "wt_" and 256 random bits in hexadecimal
        std::chrono::seconds lifetime;
    };
    TicketOffice() : TicketOffice{Limits{}} {}
    explicit TicketOffice(Limits limits) : limits_{limits} {}

    /// Errors: `resource_exhausted`, reason TOO_MANY_TICKETS (retry_after says when one of them ends).
    [[nodiscard]] Result<Ticket> issue(const Principal& who, TimePoint now = Clock::now());
    /// Who holds the ticket; it is worth nothing from then on, also when two ask at once.
    /// Errors: `unauthenticated`, reason TICKET_INVALID: unknown, used or too old, which are not told apart.
    [[nodiscard]] Result<Principal> redeem(std::string_view ticket, TimePoint now = Clock::now());

    [[nodiscard]] std::size_t tickets() const;  ///< kept now

private:
    struct Entry {
        std::string text;
        Principal who;
        TimePoint until;
    };
    using Order = std::list<Entry>;  // all live equally long, so the oldest end first
    void forget(Order::iterator entry);
    void forget_old(TimePoint now);

    const Limits limits_;
    mutable std::mutex mutex_;  // guards what follows
    Order order_;
    std::unordered_map<std::string_view, Order::iterator> by_text_;  // the texts lie in the entries
    std::unordered_map<std::string, std::size_t> held_;              // by caller
};
}  // namespace rondo::guard
