#pragma once
#include "base/async/context.hpp"
#include "base/result.hpp"
#include "platform/net/client_request.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string>
#include <vector>

namespace rondo {
namespace asio = boost::asio;
}

namespace rondo::llm {
/// One reply of a provider, read piece by piece. One call at a time. Destroyed before its end, it closes the connection.
class ProviderReply {
public:
    virtual ~ProviderReply() = default;
    [[nodiscard]] virtual int status() const = 0;
    [[nodiscard]] virtual const std::vector<net::Header>& headers() const = 0;
    /// The next piece of the body as it came; "" at its end. Errors: `unavailable` (cut short), `resource_exhausted` (too
    /// long), `deadline_exceeded`, `cancelled`.
    virtual asio::awaitable<Result<std::string>> next(CallContext ctx) = 0;
};

/// The way to one provider, as a target sees it. Sends on the caller's executor; outlives its replies' targets.
class ProviderTransport {
public:
    virtual ~ProviderTransport() = default;
    /// Sends, and returns once the head has come; any status is a value. `request.target` lies below the base URL.
    /// Errors: `unavailable`, `resource_exhausted` (no connection free), `deadline_exceeded`, `cancelled`.
    virtual asio::awaitable<Result<std::unique_ptr<ProviderReply>>> open(net::ClientRequest request, CallContext ctx) = 0;
};
}  // namespace rondo::llm
