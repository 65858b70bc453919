#include "mind/guard/ticket_office.hpp"

#include "base/hex.hpp"
#include "mind/guard/key_text.hpp"

#include <iterator>
#include <utility>

namespace rondo::guard {
namespace {
constexpr std::string_view kPrefix = "wt_";

std::string caller(const Principal& who) { return who.key.empty() ? who.scope.tenant.value + '/' + who.scope.user.value : who.key; }
}  // namespace

Result<TicketOffice::Ticket> TicketOffice::issue(const Principal& who, TimePoint now) {
    std::string text{kPrefix};
    text += to_hex(random_secret());
    const std::scoped_lock lock{mutex_};
    forget_old(now);
    auto& held = held_[caller(who)];
    if (held >= limits_.per_caller || order_.size() >= limits_.tickets) {
        if (held == 0) held_.erase(caller(who));
        const auto wait = order_.empty() ? Clock::duration{limits_.lifetime} : order_.front().until - now;
        return fail(Error{.code = Code::resource_exhausted,
                          .message = "too many tickets wait to be used; connect with those, or wait until they have ended",
                          .reason = "TOO_MANY_TICKETS",
                          .retry_after = std::chrono::ceil<std::chrono::milliseconds>(wait)});
    }
    ++held;
    order_.push_back({text, who, now + limits_.lifetime});
    by_text_.emplace(order_.back().text, std::prev(order_.end()));
    return Ticket{std::move(text), limits_.lifetime};
}

Result<Principal> TicketOffice::redeem(std::string_view ticket, TimePoint now) {
    const std::scoped_lock lock{mutex_};
    forget_old(now);
    const auto found = by_text_.find(ticket);
    if (found == by_text_.end()) {
        return fail(Error{.code = Code::unauthenticated,
                          .message = "the ticket is unknown, used or older than its lifetime; fetch another with POST /api/v1/ws-tickets",
                          .reason = "TICKET_INVALID"});
    }
    const auto entry = found->second;
    Principal who = entry->who;
    forget(entry);
    return who;
}

void TicketOffice::forget_old(TimePoint now) {
    while (!order_.empty() && order_.front().until <= now) forget(order_.begin());
}

void TicketOffice::forget(Order::iterator entry) {
    const auto held = held_.find(caller(entry->who));
    if (--held->second == 0) held_.erase(held);
    by_text_.erase(entry->text);
    order_.erase(entry);
}

std::size_t TicketOffice::tickets() const {
    const std::scoped_lock lock{mutex_};
    return order_.size();
}
}  // namespace rondo::guard
