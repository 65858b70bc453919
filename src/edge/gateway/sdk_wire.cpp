#include "edge/gateway/sdk_wire.hpp"

#include "base/clock.hpp"
#include "edge/gateway/anthropic_codec.hpp"
#include "edge/gateway/openai_codec.hpp"

#include <chrono>

namespace rondo::gateway::sdk {
Wire::~Wire() = default;

namespace {
class OpenAiWire final : public Wire {
public:
    OpenAiWire(openai::ChatRequest request, std::string id)
        : Wire{std::move(request.ask), request.stream},
          identity_{"chatcmpl-" + std::move(id), std::chrono::floor<std::chrono::seconds>(Clock::wall().time_since_epoch()).count(),
                    ask.model},
          writer_{identity_, request.include_usage} {}

    [[nodiscard]] std::string whole(const llm::Completion& completion) const override {
        return openai::completion_json(identity_, completion);
    }
    [[nodiscard]] std::string delta(const llm::Delta& delta) override { return writer_.delta(delta); }
    [[nodiscard]] std::string finish(const llm::Completion& completion) override { return writer_.finish(completion); }
    [[nodiscard]] std::string error(const Error& error) override { return writer_.error(error); }

private:
    openai::Identity identity_;
    openai::ChunkWriter writer_;
};

class AnthropicWire final : public Wire {
public:
    AnthropicWire(anthropic::MessagesRequest request, std::string id)
        : Wire{std::move(request.ask), request.stream}, identity_{"msg_" + std::move(id), ask.model}, writer_{identity_} {}

    [[nodiscard]] std::string whole(const llm::Completion& completion) const override {
        return anthropic::message_json(identity_, completion);
    }
    [[nodiscard]] std::string delta(const llm::Delta& delta) override { return writer_.delta(delta); }
    [[nodiscard]] std::string finish(const llm::Completion& completion) override { return writer_.finish(completion); }
    [[nodiscard]] std::string error(const Error& error) override { return writer_.error(error); }

private:
    anthropic::Identity identity_;
    anthropic::EventWriter writer_;
};

Result<std::unique_ptr<Wire>> read_openai(std::string_view body, std::string id) {
    auto request = openai::chat_request(body);
    if (!request) return propagate(request);
    return std::make_unique<OpenAiWire>(std::move(*request), std::move(id));
}

Result<std::unique_ptr<Wire>> read_anthropic(std::string_view body, std::string id) {
    auto request = anthropic::messages_request(body);
    if (!request) return propagate(request);
    return std::make_unique<AnthropicWire>(std::move(*request), std::move(id));
}

constexpr Dialect kOpenAi{.read = read_openai,
                          .refusal = openai::error_response,
                          .models = openai::models_json,
                          .request_id = "",
                          .took = "openai-processing-ms"};
constexpr Dialect kAnthropic{
    .read = read_anthropic, .refusal = anthropic::error_response, .models = anthropic::models_json, .request_id = "request-id", .took = ""};
}  // namespace

const Dialect& openai_dialect() { return kOpenAi; }
const Dialect& anthropic_dialect() { return kAnthropic; }

const Dialect& dialect_of(const net::Request& request) { return request.header("anthropic-version").empty() ? kOpenAi : kAnthropic; }
}  // namespace rondo::gateway::sdk
