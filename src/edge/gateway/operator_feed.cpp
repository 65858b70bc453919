#include "edge/gateway/operator_feed.hpp"

#include "base/async/run_on.hpp"
#include "base/json.hpp"
#include "engine/ledger/amount.hpp"

#include <boost/asio/post.hpp>
#include <boost/json.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace rondo::gateway {
using boost::json::object;
using boost::json::value;

const char* breaker_word(CircuitBreaker::State state) noexcept {
    switch (state) {
        case CircuitBreaker::State::closed: return "CLOSED";
        case CircuitBreaker::State::open: return "OPEN";
        case CircuitBreaker::State::half_open: return "HALF_OPEN";
    }
    return "UNKNOWN";
}

OperatorFeed::OperatorFeed(asio::any_io_executor home, std::int64_t epoch) : home_{std::move(home)}, changed_{home_}, epoch_{epoch} {}

void OperatorFeed::tell(const ledger::Alert& alert) {
    using Kind = ledger::Alert::Kind;
    const bool of_budget = alert.kind == Kind::budget_warning || alert.kind == Kind::limit_reached;
    const bool of_cache = alert.kind == Kind::cache_hit_rate;
    const auto units = [&](Money amount) { return of_cache ? value(nullptr) : value(ledger::to_units(amount)); };
    append(alert.subject.tenant, "alert", alert.at,
           {{"kind", std::string{name(alert.kind)}},
            {"tenant", alert.subject.tenant.value},
            {"subject", text(alert.subject)},
            {"period", of_budget ? value(std::string{name(alert.period)}) : value(nullptr)},
            {"amount", units(alert.amount)},
            {"threshold", units(alert.threshold)},
            {"percent", of_cache ? value(alert.percent) : value(nullptr)},
            {"decision_id", alert.decision_id.empty() ? value(nullptr) : value(alert.decision_id)},
            {"message", message(alert)}});
}

void OperatorFeed::tell(const llm::BreakerEvent& event) {
    append(std::nullopt, "breaker", Clock::wall(),
           {{"target", event.target},
            {"from", breaker_word(event.from)},
            {"to", breaker_word(event.to)},
            {"retry_after_ms", std::chrono::ceil<std::chrono::milliseconds>(event.retry_after).count()}});
}

void OperatorFeed::append(std::optional<TenantId> tenant, const char* type, WallTime at, const object& fields) {
    {
        const std::scoped_lock lock{mutex_};
        const store::EventId id{epoch_, ++last_};
        object data{{"id", id.to_string()}, {"type", type}, {"at", iso8601(at)}};
        data.insert(fields.begin(), fields.end());
        kept_.push_back({std::move(tenant), {id, type, std::make_shared<const std::string>(json::write(data))}});
        if (kept_.size() > kEvents) kept_.pop_front();
    }
    wake();
}

Result<std::vector<store::Event>> OperatorFeed::events(const TenantId& tenant, store::EventId after, std::size_t limit) const {
    const std::scoped_lock lock{mutex_};
    if (after > store::EventId{epoch_, last_})
        return fail(Code::invalid_argument, "there is no event of that id yet; begin without one, or with one that was sent");
    std::vector<store::Event> found;
    auto each = std::ranges::upper_bound(kept_, after, {}, [](const Kept& kept) { return kept.event.id; });
    for (; each != kept_.end() && found.size() < limit; ++each) {
        if (!each->tenant || *each->tenant == tenant) found.push_back(each->event);
    }
    return found;
}

asio::awaitable<Result<std::vector<store::Event>>> OperatorFeed::next(TenantId tenant, store::EventId after) {
    co_return co_await run_on(home_, wait(std::move(tenant), after));
}

asio::awaitable<Result<std::vector<store::Event>>> OperatorFeed::wait(TenantId tenant, store::EventId after) {
    for (;;) {
        bool closed = false;
        {
            const std::scoped_lock lock{mutex_};
            closed = closed_;
        }
        auto found = events(tenant, after, kEvents);
        if (!found || !found->empty() || closed) co_return found;
        // Whoever appends posts the wake-up to this loop, where nothing runs between the look above and this wait.
        if (const auto woken = co_await changed_.wait(); !woken) co_return propagate(woken);
    }
}

void OperatorFeed::wake() {
    asio::post(home_, [this] { changed_.notify(); });
}

void OperatorFeed::close() {
    {
        const std::scoped_lock lock{mutex_};
        closed_ = true;
    }
    wake();
}
}  // namespace rondo::gateway
