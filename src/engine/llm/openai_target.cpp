#include "engine/llm/openai_target.hpp"

#include "engine/llm/openai_request.hpp"
#include "engine/llm/openai_stream.hpp"

#include <utility>

namespace rondo::llm {
std::string OpenAiTarget::path_to(std::string_view resource) const {
    std::string path{resource};
    if (!base().query.empty()) path.append("?").append(base().query);
    return path;
}

std::vector<net::Header> OpenAiTarget::headers() const {
    std::vector<net::Header> all;
    if (!key().empty()) {
        if (base().azure()) all.push_back({"api-key", key().reveal()});
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

asio::awaitable<Target::EmbedOutcome> OpenAiTarget::embed(const EmbedRequest& request, CallContext ctx) {
    const std::string& model = config().model.empty() ? request.model : config().model;
    if (model.empty()) co_return std::unexpected{nameless()};
    net::ClientRequest post{.method = net::Method::post,
                            .target = path_to("/embeddings"),
                            .headers = headers(),
                            .body = wire::openai_embeddings_json(request.texts, model, request.dimensions)};
    auto body = co_await ask(std::move(post), std::move(ctx));
    if (!body) {
        Failure& failure = body.error();
        if (failure.head_seen) {  // it had begun to answer, so it has read everything
            failure.usage.input = wire::count_texts(request.texts);
            failure.usage_estimated = true;
        }
        co_return std::unexpected{std::move(failure)};
    }
    auto read = wire::read_openai_embeddings(*body, request.texts);
    if (read) {
        co_return EmbedAnswer{.vectors = std::move(read->vectors),
                              .usage = read->usage,
                              .usage_estimated = read->usage_estimated,
                              .model = model,
                              .target = std::string{id()}};
    }
    co_return std::unexpected{Failure{.error = std::move(read.error().error), .error_class = read.error().error_class, .head_seen = true}};
}
}  // namespace rondo::llm
