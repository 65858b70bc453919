#pragma once
#include "app/ledger_meter.hpp"
#include "app/providers.hpp"
#include "engine/llm/model.hpp"

namespace rondo::app {
/// Who speaks for the persona: the configured providers, and without any the embedded model, whose tokens are booked too.
class Voice final : public llm::Model {
public:
    /// All must outlive it.
    Voice(Providers& providers, llm::Model& embedded, LedgerMeter& meter) : providers_{providers}, embedded_{embedded}, meter_{meter} {}
    [[nodiscard]] std::string_view name() const override;
    asio::awaitable<Result<llm::Completion>> complete(llm::ModelRequest request, llm::DeltaSink sink, CallContext ctx) override;

private:
    asio::awaitable<Result<llm::Completion>> embedded(llm::ModelRequest request, llm::DeltaSink sink, CallContext ctx);

    Providers& providers_;
    llm::Model& embedded_;
    LedgerMeter& meter_;
};
}  // namespace rondo::app
