// What OpenAI's and Anthropic's SDKs may send, and what becomes of it on its way to a provider of either kind.
#include "base/json.hpp"
#include "edge/gateway/anthropic_codec.hpp"
#include "edge/gateway/openai_codec.hpp"
#include "engine/llm/anthropic_request.hpp"
#include "engine/llm/openai_request.hpp"
#include "fuzz/fuzz.hpp"

#include <boost/json.hpp>

namespace rondo::fuzz {
namespace {
const llm::wire::RequestOptions kOptions{.model = "m", .stream = true};

void forwarded(const llm::ModelRequest& ask) {
    for (const auto& body : {llm::wire::openai_request_json(ask, kOptions), llm::wire::anthropic_request_json(ask, kOptions)}) {
        if (!body) {
            expect(body.error().code == Code::invalid_argument, "what cannot be told to a provider is the caller's fault");
            continue;
        }
        const auto parsed = json::parse(*body);
        expect(parsed && parsed->is_object(), "a provider is sent JSON");
        expect(parsed->get_object().at("model") == boost::json::value("m"), "nothing a caller adds goes over what the target sets");
    }
}

/// Each refusal is an answer of the SDK's own shape.
template <class Answer>
void refused(const Error& error, Answer answer) {
    expect(error.code == Code::invalid_argument, "a request that cannot be read is the caller's fault");
    const net::Response response = answer(error);
    expect(response.status >= 400 && response.status < 500, "and told as such");
    expect(json::parse(response.body).has_value(), "in JSON");
}
}  // namespace

void run(std::string_view input) {
    if (choice(input) % 2 == 0) {
        const auto request = gateway::openai::chat_request(input);
        if (request) forwarded(request->ask);
        else refused(request.error(), gateway::openai::error_response);
    } else {
        const auto request = gateway::anthropic::messages_request(input);
        if (request) forwarded(request->ask);
        else refused(request.error(), gateway::anthropic::error_response);
    }
}
}  // namespace rondo::fuzz
