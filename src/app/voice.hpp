#pragma once
#include "app/providers.hpp"
#include "engine/llm/model.hpp"

namespace rondo::app {
/// Who speaks for the persona: the configured providers, and without any the embedded rehearsal model.
class Voice final : public llm::Model {
public:
    Voice(Providers& providers, llm::Model& embedded) : providers_{providers}, embedded_{embedded} {}  ///< both outlive it
    [[nodiscard]] std::string_view name() const override { return now().name(); }
    asio::awaitable<Result<llm::Completion>> complete(llm::ModelRequest request, llm::DeltaSink sink, CallContext ctx) override {
        return now().complete(std::move(request), std::move(sink), ctx);
    }

private:
    [[nodiscard]] llm::Model& now() const {
        llm::Model* provided = providers_.model();
        return provided ? *provided : embedded_;
    }
    Providers& providers_;
    llm::Model& embedded_;
};
}  // namespace rondo::app
