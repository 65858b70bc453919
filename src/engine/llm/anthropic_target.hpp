#pragma once
#include "engine/llm/provider_target.hpp"

namespace rondo::llm {
/// A target that speaks the Messages API.
class AnthropicTarget final : public ProviderTarget {
public:
    AnthropicTarget(std::string id, TargetConfig config, ApiKey key, std::shared_ptr<ProviderTransport> transport)
        : ProviderTarget{std::move(id), std::move(config), std::move(key), std::move(transport)} {}

private:
    [[nodiscard]] std::string path() const override;
    [[nodiscard]] std::vector<net::Header> headers() const override;
    [[nodiscard]] Result<std::string> write(const ModelRequest& request, const wire::RequestOptions& options) const override;
    [[nodiscard]] std::unique_ptr<wire::ProviderStream> stream_reader(const ModelRequest& request) const override;
    [[nodiscard]] wire::WholeOutcome read_whole(std::string_view body, const ModelRequest& request) const override;
    /// What the answer may repeat of the prefill.
    [[nodiscard]] std::string repeated(const ModelRequest& request) const;
};
}  // namespace rondo::llm
