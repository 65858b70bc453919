#include "base/json.hpp"
#include "base/text/token_counter.hpp"
#include "base/text/utf8.hpp"
#include "edge/mock/reply.hpp"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <functional>

namespace rondo::mock::openai {
namespace {
constexpr std::int64_t kCreated = 1'767'225'600;  // the first second of 2026: answers do not depend on the day

std::string_view word(Finish finish) {
    switch (finish) {
        case Finish::length: return "length";
        case Finish::tool_calls: return "tool_calls";
        case Finish::content_filter: return "content_filter";
        case Finish::stop:
        case Finish::refusal: break;  // a refusal is a text of its own, not a reason to stop
    }
    return "stop";
}

std::string usage_of(const ToldUsage& usage) {
    return fmt::format(R"({{"prompt_tokens":{},"completion_tokens":{},"total_tokens":{},"prompt_tokens_details":{{"cached_tokens":{}}},)"
                       R"("completion_tokens_details":{{"reasoning_tokens":0}}}})",
                       usage.input.count, usage.output.count, usage.total.count, usage.cache_read.count);
}

std::string text_of(const Answer& answer) {
    std::string text;
    for (const auto& piece : answer.pieces) text += piece;
    return text;
}

void add_limits(Reply& reply, std::string_view id) {
    reply.headers = {{"x-request-id", fmt::format("req_{}", id)},
                     {"openai-processing-ms", "0"},
                     {"x-ratelimit-limit-requests", "10000"},
                     {"x-ratelimit-remaining-requests", "9999"},
                     {"x-ratelimit-reset-requests", "6ms"}};
}

Reply whole(const Ask& ask, const Answer& answer) {
    const bool refused = answer.finish == Finish::refusal;
    const std::string text = json::quote(text_of(answer));
    std::string message = fmt::format(R"({{"role":"assistant","content":{},"refusal":{})", refused || !answer.calls.empty() ? "null" : text,
                                      refused ? text : "null");
    for (std::size_t i = 0; i < answer.calls.size(); ++i) {
        const Call& call = answer.calls[i];
        message += fmt::format(R"({}{{"id":"call_{}","type":"function","function":{{"name":{},"arguments":{}}}}})",
                               i == 0 ? R"(,"tool_calls":[)" : ",", call.id, json::quote(call.name), json::quote(call.arguments));
    }
    message += answer.calls.empty() ? "}" : "]}";
    std::string body = fmt::format(R"({{"id":"chatcmpl-{}","object":"chat.completion","created":{},"model":{},)"
                                   R"("choices":[{{"index":0,"message":{},"logprobs":null,"finish_reason":"{}"}}])",
                                   answer.id, kCreated, json::quote(ask.model), message, word(answer.finish));
    if (answer.usage) body += R"(,"usage":)" + usage_of(*answer.usage);
    body += R"(,"system_fingerprint":"fp_rondo_mock"})";
    Reply reply{.frames = {{std::move(body), static_cast<int>(answer.pieces.size())}}};
    add_limits(reply, answer.id);
    return reply;
}

/// Writes the chunks of one stream; all have the same beginning and end.
class Chunks {
public:
    Chunks(const Ask& ask, const Answer& answer)
        : begin_{fmt::format(R"(data: {{"id":"chatcmpl-{}","object":"chat.completion.chunk","created":{},"model":{},)"
                             R"("system_fingerprint":"fp_rondo_mock",)",
                             answer.id, kCreated, json::quote(ask.model))},
          end_{ask.include_usage && answer.usage ? ",\"usage\":null}\n\n" : "}\n\n"} {}

    [[nodiscard]] Frame delta(std::string_view delta, int tokens) const { return choice(delta, "null", tokens); }
    [[nodiscard]] Frame choice(std::string_view delta, std::string_view finish, int tokens) const {
        std::string bytes = begin_;
        bytes.append(R"("choices":[{"index":0,"delta":)").append(delta).append(R"(,"logprobs":null,"finish_reason":)");
        bytes.append(finish).append("}]").append(end_);
        return {std::move(bytes), tokens};
    }
    [[nodiscard]] Frame usage(const ToldUsage& usage) const { return {begin_ + R"("choices":[],"usage":)" + usage_of(usage) + "}\n\n", 0}; }

private:
    std::string begin_, end_;
};

/// Name and id first, the arguments in halves. Fragments of several calls alternate.
void add_calls(const Answer& answer, const Chunks& chunks, std::vector<Frame>& frames) {
    for (const Call& call : answer.calls) {
        frames.push_back(chunks.delta(
            fmt::format(R"({{"tool_calls":[{{"index":{},"id":"call_{}","type":"function","function":{{"name":{},"arguments":""}}}}]}})",
                        call.index, call.id, json::quote(call.name)),
            1));
    }
    for (const int half : {0, 1}) {
        for (const Call& call : answer.calls) {
            const auto middle = call.arguments.size() - text::prefix(call.arguments, call.arguments.size() / 2).size();
            const auto part = half == 0 ? call.arguments.substr(0, call.arguments.size() - middle)
                                        : call.arguments.substr(call.arguments.size() - middle);
            frames.push_back(chunks.delta(
                fmt::format(R"({{"tool_calls":[{{"index":{},"function":{{"arguments":{}}}}}]}})", call.index, json::quote(part)), 1));
        }
    }
}

Reply streamed(const Ask& ask, const Answer& answer) {
    Reply reply{.content_type = "text/event-stream; charset=utf-8", .stream = true};
    add_limits(reply, answer.id);
    const Chunks chunks{ask, answer};
    const bool refused = answer.finish == Finish::refusal;
    const std::string_view first = !answer.calls.empty() ? R"({"role":"assistant","content":null})"
                                   : refused             ? R"({"role":"assistant","refusal":""})"
                                                         : R"({"role":"assistant","content":"","refusal":null})";
    reply.frames.push_back(chunks.delta(first, 0));
    for (const auto& piece : answer.pieces) {
        reply.frames.push_back(chunks.delta(fmt::format(R"({{"{}":{}}})", refused ? "refusal" : "content", json::quote(piece)), 1));
    }
    add_calls(answer, chunks, reply.frames);
    reply.frames.push_back(chunks.choice("{}", fmt::format(R"("{}")", word(answer.finish)), 0));
    if (ask.include_usage && answer.usage) reply.frames.push_back(chunks.usage(*answer.usage));
    reply.frames.push_back({"data: [DONE]\n\n", 0});
    reply.trouble =
        "data: {\"error\":{\"message\":\"The server had an error while processing your request.\",\"type\":\"server_error\","
        "\"param\":null,\"code\":null}}\n\n";
    return reply;
}

struct Kind {
    const char* type;
    const char* code;  ///< empty: null
};

Kind kind_of(const Trouble& trouble) {
    switch (trouble.status) {
        case 400: return {"invalid_request_error", trouble.message.contains("maximum context length") ? "context_length_exceeded" : ""};
        case 401: return {"invalid_request_error", "invalid_api_key"};
        case 403: return {"permission_error", ""};
        case 404: return {"invalid_request_error", trouble.member == "model" ? "model_not_found" : "unknown_url"};
        case 413: return {"invalid_request_error", "request_too_large"};
        case 429: return {"requests", "rate_limit_exceeded"};
        default: return {"server_error", ""};
    }
}

/// Features of the text's tokens, hashed and of unit length: texts that share words lie near each other.
std::vector<float> embed(std::string_view text, std::size_t dimensions) {
    std::vector<float> vector(dimensions, 0.0F);
    text::TokenCounter{}.split(text, [&](std::string_view piece) {
        const auto hash = std::hash<std::string_view>{}(piece);
        vector[hash % dimensions] += (hash >> 40U) % 2 == 0 ? 1.0F : -1.0F;
    });
    float square = 0;
    for (const float value : vector) square += value * value;
    if (square == 0) vector[0] = square = 1;
    for (float& value : vector) value /= std::sqrt(square);
    return vector;
}

std::string base64(std::string_view bytes) {
    static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        std::uint32_t group = 0;
        for (std::size_t i = 0; i < 3; ++i) group = group << 8U | (at + i < bytes.size() ? static_cast<std::uint8_t>(bytes[at + i]) : 0U);
        for (std::size_t i = 0; i < 4; ++i) text += at + i <= bytes.size() ? kDigits[group >> (18 - 6 * i) & 63U] : '=';
    }
    return text;
}

/// The bytes of 32-bit floats in little-endian order, as the SDKs of OpenAI ask for.
std::string packed(const std::vector<float>& vector) {
    std::string bytes;
    for (const float value : vector) {
        const auto bits = std::bit_cast<std::uint32_t>(value);
        for (unsigned shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(bits >> shift & 255U);
    }
    return bytes;
}
}  // namespace

Reply chat(const Ask& ask, const Answer& answer) { return ask.stream ? streamed(ask, answer) : whole(ask, answer); }

Reply embeddings(const Ask& ask) {
    std::string body = R"({"object":"list","data":[)";
    for (std::size_t i = 0; i < ask.inputs.size(); ++i) {
        const auto vector = embed(ask.inputs[i], static_cast<std::size_t>(ask.dimensions));
        const std::string told = ask.base64 ? '"' + base64(packed(vector)) + '"' : fmt::format("[{}]", fmt::join(vector, ","));
        body += fmt::format(R"({}{{"object":"embedding","index":{},"embedding":{}}})", i == 0 ? "" : ",", i, told);
    }
    body += fmt::format(R"(],"model":{})", json::quote(ask.model));
    if (ask.chosen.fault != Fault::no_usage) {
        const bool wrong = ask.chosen.fault == Fault::wrong_usage;
        body +=
            fmt::format(R"(,"usage":{{"prompt_tokens":{},"total_tokens":{}}})", wrong ? 0 : ask.prompt.count, wrong ? 1 : ask.prompt.count);
    }
    Reply reply{.frames = {{body + "}", 0}}};
    add_limits(reply, fmt::format("{:016x}", ask.conversation));
    return reply;
}

Reply error(const Trouble& trouble) {
    const auto [type, code] = kind_of(trouble);
    const auto or_null = [](std::string_view text) { return text.empty() ? std::string{"null"} : json::quote(text); };
    Reply reply{.status = trouble.status,
                .headers = {{"x-request-id", fmt::format("req_{:016x}", std::hash<std::string>{}(trouble.message))}},
                .frames = {{fmt::format(R"({{"error":{{"message":{},"type":"{}","param":{},"code":{}}}}})", json::quote(trouble.message),
                                        type, or_null(trouble.member), or_null(code)),
                            0}}};
    if (trouble.retry_after) reply.headers.push_back({"retry-after", std::to_string(trouble.retry_after->count())});
    return reply;
}

Reply models() {
    std::string list;
    for (const FaultInfo& fault : faults()) {
        list += fmt::format(R"({}{{"id":"{}","object":"model","created":{},"owned_by":"rondo"}})", list.empty() ? "" : ",", fault.name,
                            kCreated);
    }
    return {.frames = {{R"({"object":"list","data":[)" + list + "]}", 0}}};
}
}  // namespace rondo::mock::openai
