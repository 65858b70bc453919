#include "engine/llm/openai_target.hpp"

#include "engine/llm/openai_request.hpp"
#include "engine/llm/openai_stream.hpp"

#include <utility>

namespace rondo::llm {
std::string OpenAiTarget::path_to(std::string_view resource) const {
    const auto query = split_base_url(config().base_url).query;
    return std::string{resource} + (query.empty() ? "" : "?" + query);
}

std::vector<net::Header> OpenAiTarget::headers() const {
    std::vector<net::Header> all;
    if (!key().empty()) {
        if (split_base_url(config().base_url).azure()) all.push_back({"api-key", key().reveal()});
        else all.push_back({"authorization", "Bearer " + key().reveal()});
    }
    if (!config().organization.empty()) all.push_back({"openai-organization", config().organization});
    if (!config().project.empty()) all.push_back({"openai-project", config().project});
    return all;
}

Result<std::string> OpenAiTarget::write(const ModelRequest& request, const wire::RequestOptions& options) const {
    return wire::openai_request_json(request, options);
}

std::unique_ptr<wire::ProviderStream> OpenAiTarget::stream_reader(const ModelRequest&) const {
    return std::make_unique<wire::OpenAiStream>(wire::ReadLimits{});
}

wire::WholeOutcome OpenAiTarget::read_whole(std::string_view body, const ModelRequest& request) const {
    return wire::read_openai_answer(body, request);
}

asio::awaitable<std::expected<wire::Embeddings, Target::Failure>> OpenAiTarget::embed(std::vector<std::string> texts, int dimensions,
                                                                                      CallContext ctx) {
    net::ClientRequest post{.method = net::Method::post,
                            .target = path_to("/embeddings"),
                            .headers = headers(),
                            .body = wire::openai_embeddings_json(texts, config().model, dimensions)};
    const auto body = co_await ask(std::move(post), ctx);
    if (!body) co_return std::unexpected{body.error()};
    auto read = wire::read_openai_embeddings(*body, texts);
    if (read) co_return std::move(*read);
    co_return std::unexpected{Failure{.error = std::move(read.error().error), .error_class = read.error().error_class, .head_seen = true}};
}
}  // namespace rondo::llm
