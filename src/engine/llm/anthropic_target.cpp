#include "engine/llm/anthropic_target.hpp"

#include "engine/llm/anthropic_answer.hpp"
#include "engine/llm/anthropic_request.hpp"
#include "engine/llm/anthropic_stream.hpp"

namespace rondo::llm {
namespace {
constexpr const char* kVersion = "2023-06-01";  // of the API, as its header names it
}

std::string AnthropicTarget::path() const {
    // The API's own clients are given an address without the version, people often write it.
    std::string path = base().endpoint.ends_with("/v1") ? "/messages" : "/v1/messages";
    if (!base().query.empty()) path += "?" + base().query;
    return path;
}

std::vector<net::Header> AnthropicTarget::headers() const {
    std::vector<net::Header> all{{"anthropic-version", kVersion}};
    if (!key().empty()) all.push_back({"x-api-key", key().reveal()});
    return all;
}

Result<std::string> AnthropicTarget::write(const ModelRequest& request, const wire::RequestOptions& options) const {
    return wire::anthropic_request_json(request, options);
}

std::string AnthropicTarget::repeated(const ModelRequest& request) const {
    return abilities().prefill ? std::string{wire::trailing_space(request.prefill)} : std::string{};
}

std::unique_ptr<wire::ProviderStream> AnthropicTarget::stream_reader(const ModelRequest& request) const {
    return std::make_unique<wire::AnthropicStream>(wire::ReadLimits{}, repeated(request));
}

wire::WholeOutcome AnthropicTarget::read_whole(std::string_view body, const ModelRequest& request) const {
    return wire::read_anthropic_answer(body, request, {}, repeated(request));
}
}  // namespace rondo::llm
