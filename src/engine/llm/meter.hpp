#pragma once
#include "base/async/context.hpp"
#include "base/result.hpp"
#include "engine/llm/error_class.hpp"
#include "engine/llm/model.hpp"
#include "engine/llm/request.hpp"
#include "engine/llm/target.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace rondo::llm {
/// What one attempt is billed.
struct Bill {
    Attempt attempt;
    std::string model{};           ///< the name to bill under
    bool usage_estimated{false};   ///< our own count, not the provider's
    std::optional<ErrorClass> failed{};  ///< none: it gave the answer
};

/// Port: who keeps the accounts. `app` connects it to the ledger.
///
/// Every attempt, hedges and rescues too, has a hold of its own, made before the provider is asked and settled once when the
/// attempt has ended, however it ended; one that failed before it cost anything is settled with no tokens, so that the
/// books name it. A hold destroyed unsettled gives everything back: the attempt was never made.
class Meter {
public:
    class Hold {
    public:
        virtual ~Hold();
        /// At most once. Does not wait: the ledger makes it durable with its next group of commits.
        virtual void settle(const Bill& bill) noexcept = 0;
    };

    virtual ~Meter();
    /// Sets aside what an attempt at `target` may cost. Called and settled on the caller's executor.
    /// Errors: `resource_exhausted` (a budget is used up), whatever the ledger says; they end the call as they are.
    virtual asio::awaitable<Result<std::unique_ptr<Hold>>> reserve(const ModelRequest& request, const Target& target, CallContext ctx) = 0;
};
}  // namespace rondo::llm
