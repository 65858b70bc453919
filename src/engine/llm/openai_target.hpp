#pragma once
#include "engine/llm/openai_answer.hpp"
#include "engine/llm/provider_target.hpp"

namespace rondo::llm {
/// A target that speaks Chat Completions: OpenAI, Azure, vLLM, the llama.cpp server, Ollama and many more.
class OpenAiTarget final : public ProviderTarget {
public:
    OpenAiTarget(std::string id, TargetConfig config, ApiKey key, std::shared_ptr<ProviderTransport> transport)
        : ProviderTarget{std::move(id), std::move(config), std::move(key), std::move(transport)} {}

    asio::awaitable<EmbedOutcome> embed(const EmbedRequest& request, CallContext ctx) override;

private:
    [[nodiscard]] std::string path() const override { return path_to("/chat/completions"); }
    [[nodiscard]] std::vector<net::Header> headers() const override;
    [[nodiscard]] Result<std::string> write(const ModelRequest& request, const wire::RequestOptions& options) const override;
    [[nodiscard]] std::unique_ptr<wire::ProviderStream> stream_reader(const ModelRequest& request) const override;
    [[nodiscard]] wire::WholeOutcome read_whole(std::string_view body, const ModelRequest& request) const override;
    [[nodiscard]] std::string path_to(std::string_view resource) const;
};
}  // namespace rondo::llm
