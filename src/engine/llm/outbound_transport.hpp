#pragma once
#include "engine/llm/provider_transport.hpp"
#include "platform/net/outbound.hpp"

#include <functional>

namespace rondo::llm {
/// The network itself: sends over the `net::Outbound` of the event loop the caller runs on.
class OutboundTransport final : public ProviderTransport {
public:
    /// The Outbound of the calling event loop; not null, and alive until its call is done.
    using PerLoop = std::function<net::Outbound&()>;
    explicit OutboundTransport(PerLoop per_loop) : per_loop_{std::move(per_loop)} {}
    asio::awaitable<Result<std::unique_ptr<ProviderReply>>> open(net::ClientRequest request, CallContext ctx) override;

private:
    PerLoop per_loop_;
};
}  // namespace rondo::llm
