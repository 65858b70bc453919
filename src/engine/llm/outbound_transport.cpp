#include "engine/llm/outbound_transport.hpp"

#include <utility>

namespace rondo::llm {
namespace {
class OutboundReply final : public ProviderReply {
public:
    explicit OutboundReply(net::Outbound::Stream stream) : stream_{std::move(stream)} {}
    [[nodiscard]] int status() const override { return stream_.head().status; }
    [[nodiscard]] const std::vector<net::Header>& headers() const override { return stream_.head().headers; }
    asio::awaitable<Result<std::string>> next(CallContext ctx) override { return stream_.next(ctx); }

private:
    net::Outbound::Stream stream_;
};
}  // namespace

asio::awaitable<Result<std::unique_ptr<ProviderReply>>> OutboundTransport::open(net::ClientRequest request, CallContext ctx) {
    auto stream = co_await per_loop_().open(std::move(request), ctx);
    if (!stream) co_return propagate(stream);
    co_return std::make_unique<OutboundReply>(std::move(*stream));
}
}  // namespace rondo::llm
