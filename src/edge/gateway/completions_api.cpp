// The model gateway as OpenAI's and Anthropic's SDKs speak to it. One flow; a Wire says what differs.
#include "base/rng.hpp"
#include "edge/gateway/anthropic_codec.hpp"
#include "edge/gateway/handlers.hpp"
#include "edge/gateway/openai_codec.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace rondo::gateway {
namespace {
class OpenAiWire {
public:
    static Result<OpenAiWire> read(std::string_view body, std::string id) {
        auto request = openai::chat_request(body);
        if (!request) return propagate(request);
        return OpenAiWire{std::move(*request), std::move(id)};
    }
    static net::Response refusal(const Error& error) { return openai::error_response(error); }

    [[nodiscard]] bool streams() const { return streams_; }
    [[nodiscard]] llm::ModelRequest take() { return std::move(ask_); }
    [[nodiscard]] std::string whole(const llm::Completion& completion) const { return openai::completion_json(identity_, completion); }
    [[nodiscard]] std::string delta(const llm::Delta& delta) { return writer_.delta(delta); }
    [[nodiscard]] std::string finish(const llm::Completion& completion) { return writer_.finish(completion); }
    [[nodiscard]] std::string error(const Error& error) { return writer_.error(error); }

private:
    OpenAiWire(openai::ChatRequest request, std::string id)
        : identity_{"chatcmpl-" + std::move(id), std::chrono::floor<std::chrono::seconds>(Clock::wall().time_since_epoch()).count(),
                    request.ask.model},
          writer_{identity_, request.include_usage},
          streams_{request.stream},
          ask_{std::move(request.ask)} {}

    openai::Identity identity_;
    openai::ChunkWriter writer_;
    bool streams_;
    llm::ModelRequest ask_;
};

class AnthropicWire {
public:
    static Result<AnthropicWire> read(std::string_view body, std::string id) {
        auto request = anthropic::messages_request(body);
        if (!request) return propagate(request);
        return AnthropicWire{std::move(*request), std::move(id)};
    }
    static net::Response refusal(const Error& error) { return anthropic::error_response(error); }

    [[nodiscard]] bool streams() const { return streams_; }
    [[nodiscard]] llm::ModelRequest take() { return std::move(ask_); }
    [[nodiscard]] std::string whole(const llm::Completion& completion) const { return anthropic::message_json(identity_, completion); }
    [[nodiscard]] std::string delta(const llm::Delta& delta) { return writer_.delta(delta); }
    [[nodiscard]] std::string finish(const llm::Completion& completion) { return writer_.finish(completion); }
    [[nodiscard]] std::string error(const Error& error) { return writer_.error(error); }

private:
    AnthropicWire(anthropic::MessagesRequest request, std::string id)
        : identity_{"msg_" + std::move(id), request.ask.model},
          writer_{identity_},
          streams_{request.stream},
          ask_{std::move(request.ask)} {}

    anthropic::Identity identity_;
    anthropic::EventWriter writer_;
    bool streams_;
    llm::ModelRequest ask_;
};

/// What the caller learns beside the answer: how it came about, and what of the time was ours.
void add_account(net::Response& response, const llm::Completion& completion, Clock::duration took) {
    Clock::duration waited{};
    for (const auto& attempt : completion.attempts) waited += attempt.took;
    const auto ours = std::max(Clock::duration::zero(), took - waited);
    response.headers.push_back({"x-rondo-route", completion.target});
    response.headers.push_back({"x-rondo-attempts", std::to_string(completion.attempts.size())});
    response.headers.push_back(
        {"x-rondo-overhead-us", std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(ours).count())});
}

/// The answer told piece by piece. The head leaves with the first piece, so that until then an error has its own status.
template <class Wire>
asio::awaitable<void> stream_answer(net::Exchange& exchange, llm::Model& model, Wire wire, std::string request_id, CallContext ctx) {
    net::EventStream* out = nullptr;
    auto send = [&](std::string frames) -> asio::awaitable<Status> {
        if (!out) {
            net::Response head;
            head.headers.push_back({"x-request-id", request_id});
            const auto opened = co_await exchange.stream(std::move(head));
            if (!opened) co_return propagate(opened);
            out = *opened;
        }
        co_return co_await out->send_raw(std::move(frames));
    };
    llm::DeltaSink sink = [&](llm::Delta delta) -> asio::awaitable<Status> { co_return co_await send(wire.delta(delta)); };
    auto ask = wire.take();
    const auto completion = co_await model.complete(std::move(ask), std::move(sink), ctx);
    if (completion) {
        const auto sent = co_await send(wire.finish(*completion));
        if (!sent) co_return;
    } else if (!out) {
        if (completion.error().code != Code::cancelled) co_await exchange.respond(Wire::refusal(completion.error()));
        co_return;
    } else {
        const auto sent = co_await send(wire.error(completion.error()));
        if (!sent) co_return;
    }
    co_await out->finish();
}

template <class Wire>
asio::awaitable<void> complete(net::Exchange& exchange, llm::Model* model, CallContext ctx) {
    const TimePoint received = Clock::now();
    Rng rng = Rng::from_entropy();
    auto wire = Wire::read(exchange.request().body, new_id("", rng));
    std::string request_id = ctx.trace.trace_hex();
    if (!wire) {
        co_await exchange.respond(Wire::refusal(wire.error()));
        co_return;
    }
    if (!model) {
        const Error none{Code::not_found, "no provider is configured; set llm.targets", {}, "NO_TARGET"};
        co_await exchange.respond(Wire::refusal(none));
        co_return;
    }
    exchange.watch_peer();
    if (wire->streams()) {
        co_await stream_answer(exchange, *model, std::move(*wire), std::move(request_id), ctx);
        co_return;
    }
    auto ask = wire->take();
    const auto completion = co_await model->complete(std::move(ask), {}, ctx);
    if (!completion && completion.error().code == Code::cancelled) co_return;  // nobody is there to hear it
    net::Response response;
    if (completion) {
        response.body = wire->whole(*completion);
        add_account(response, *completion, Clock::now() - received);
    } else {
        response = Wire::refusal(completion.error());
    }
    response.headers.push_back({"x-request-id", std::move(request_id)});
    co_await exchange.respond(std::move(response));
}
}  // namespace

asio::awaitable<void> Handlers::chat_completions(net::Exchange& exchange) const {
    co_await complete<OpenAiWire>(exchange, backend().model(), context(exchange));
}

asio::awaitable<void> Handlers::anthropic_messages(net::Exchange& exchange) const {
    co_await complete<AnthropicWire>(exchange, backend().model(), context(exchange));
}

asio::awaitable<void> Handlers::list_models(net::Exchange& exchange) const {
    boost::json::array data;
    for (const std::string& id : backend().models())
        data.push_back({{"id", id}, {"object", "model"}, {"created", 0}, {"owned_by", "rondo"}});
    co_await answer(exchange, 200, {{"object", "list"}, {"data", std::move(data)}});
}
}  // namespace rondo::gateway
