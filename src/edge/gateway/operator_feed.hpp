#pragma once
#include "base/async/signal.hpp"
#include "base/ids.hpp"
#include "engine/ledger/alert.hpp"
#include "engine/llm/gateway_status.hpp"
#include "platform/store/event_log.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/json/fwd.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace rondo::gateway {
namespace asio = boost::asio;

/// "CLOSED", "OPEN" or "HALF_OPEN".
[[nodiscard]] const char* breaker_word(CircuitBreaker::State state) noexcept;

/// What the people who run the server should hear of: alerts about money, breakers that move. The last kEvents of them, in
/// memory; any number of readers join late and again. Ids are `epoch.seq`, the epoch is that of the process: after a restart a
/// reader gets everything there is.
///
/// Thread-safe. Goes after the home's loop has stopped and before its context.
class OperatorFeed {
public:
    static constexpr std::size_t kEvents = 1'000;

    /// `epoch` is greater than that of any feed before.
    OperatorFeed(asio::any_io_executor home, std::int64_t epoch);
    OperatorFeed(const OperatorFeed&) = delete;

    void tell(const ledger::Alert& alert);       ///< for its tenant
    void tell(const llm::BreakerEvent& event);   ///< for everybody, as of now

    /// The events for `tenant` later than `after`, oldest first, at most `limit`; older ones than are kept are left out.
    /// Errors: `invalid_argument` for an id this feed has not given out.
    [[nodiscard]] Result<std::vector<store::Event>> events(const TenantId& tenant, store::EventId after, std::size_t limit) const;
    /// The same, waiting for at least one. Empty: closed, and nothing is left. Errors: also `cancelled`.
    [[nodiscard]] asio::awaitable<Result<std::vector<store::Event>>> next(TenantId tenant, store::EventId after);
    /// Ends next() for all readers.
    void close();

private:
    struct Kept {
        std::optional<TenantId> tenant;  // absent: for everybody
        store::Event event;
    };
    void append(std::optional<TenantId> tenant, const char* type, WallTime at, const boost::json::object& fields);
    [[nodiscard]] asio::awaitable<Result<std::vector<store::Event>>> wait(TenantId tenant, store::EventId after);
    void wake();

    const asio::any_io_executor home_;
    Signal changed_;  // of home_
    const std::int64_t epoch_;
    mutable std::mutex mutex_;
    std::deque<Kept> kept_;
    std::int64_t last_{0};
    bool closed_{false};
};
}  // namespace rondo::gateway
