#include "base/json.hpp"
#include "base/text/utf8.hpp"
#include "edge/mock/reply.hpp"

#include <fmt/format.h>

#include <functional>

namespace rondo::mock::anthropic {
namespace {
std::string_view word(Finish finish) {
    switch (finish) {
        case Finish::stop: return "end_turn";
        case Finish::length: return "max_tokens";
        case Finish::tool_calls: return "tool_use";
        case Finish::content_filter:
        case Finish::refusal: break;
    }
    return "refusal";
}

/// `output`: a stream tells it twice, the first time as 1. What was cached is not part of input_tokens here.
std::string usage_of(const ToldUsage& usage, std::int64_t output) {
    const auto fresh = usage.input.count - usage.cache_read.count - usage.cache_write.count;
    return fmt::format(R"({{"input_tokens":{},"cache_creation_input_tokens":{},"cache_read_input_tokens":{},"output_tokens":{},)"
                       R"("service_tier":"standard"}})",
                       fresh, usage.cache_write.count, usage.cache_read.count, output);
}

void add_headers(Reply& reply, std::string_view id) {
    reply.headers = {{"request-id", fmt::format("req_{}", id)},
                     {"anthropic-ratelimit-requests-limit", "10000"},
                     {"anthropic-ratelimit-requests-remaining", "9999"}};
}

/// A message without its end, which a whole one and the first event of a stream tell differently.
std::string message(const Ask& ask, const Answer& answer, std::string_view content) {
    return fmt::format(R"({{"id":"msg_{}","type":"message","role":"assistant","model":{},"content":[{}])", answer.id,
                       json::quote(ask.model), content);
}

Reply whole(const Ask& ask, const Answer& answer) {
    std::string text;
    for (const auto& piece : answer.pieces) text += piece;
    std::string content;
    if (!answer.pieces.empty()) content = fmt::format(R"({{"type":"text","text":{}}})", json::quote(text));
    for (const Call& call : answer.calls) {
        content += fmt::format(R"({}{{"type":"tool_use","id":"toolu_{}","name":{},"input":{}}})", content.empty() ? "" : ",", call.id,
                               json::quote(call.name), call.arguments);
    }
    std::string body = message(ask, answer, content) + fmt::format(R"(,"stop_reason":"{}","stop_sequence":null)", word(answer.finish));
    if (answer.usage) body += R"(,"usage":)" + usage_of(*answer.usage, answer.usage->output.count);
    Reply reply{.frames = {{body + "}", static_cast<int>(answer.pieces.size())}}};
    add_headers(reply, answer.id);
    return reply;
}

/// An event whose name stands in its data, too.
Frame event(std::string_view type, std::string_view members, int tokens = 0) {
    return {fmt::format("event: {}\ndata: {{\"type\":\"{}\"{}}}\n\n", type, type, members), tokens};
}

Frame delta(std::size_t index, std::string_view kind, std::string_view member, std::string_view text) {
    return event("content_block_delta",
                 fmt::format(R"(,"index":{},"delta":{{"type":"{}","{}":{}}})", index, kind, member, json::quote(text)), 1);
}

void add_text(const Answer& answer, std::vector<Frame>& frames) {
    frames.push_back(event("content_block_start", R"(,"index":0,"content_block":{"type":"text","text":""})"));
    frames.push_back(event("ping", ""));
    for (const auto& piece : answer.pieces) frames.push_back(delta(0, "text_delta", "text", piece));
    frames.push_back(event("content_block_stop", R"(,"index":0)"));
}

void add_call(const Call& call, std::vector<Frame>& frames) {
    frames.push_back(event("content_block_start",
                           fmt::format(R"(,"index":{},"content_block":{{"type":"tool_use","id":"toolu_{}","name":{},"input":{{}}}})",
                                       call.index, call.id, json::quote(call.name)),
                           1));
    const auto first = text::prefix(call.arguments, call.arguments.size() / 2);
    for (const auto part : {first, std::string_view{call.arguments}.substr(first.size())}) {
        frames.push_back(delta(call.index, "input_json_delta", "partial_json", part));
    }
    frames.push_back(event("content_block_stop", fmt::format(R"(,"index":{})", call.index)));
}

Reply streamed(const Ask& ask, const Answer& answer) {
    Reply reply{.content_type = "text/event-stream; charset=utf-8", .stream = true};
    add_headers(reply, answer.id);
    std::string begun = R"(,"message":)" + message(ask, answer, "") + R"(,"stop_reason":null,"stop_sequence":null)";
    if (answer.usage) begun += R"(,"usage":)" + usage_of(*answer.usage, 1);
    reply.frames.push_back(event("message_start", begun + "}"));
    if (answer.calls.empty()) add_text(answer, reply.frames);
    for (const Call& call : answer.calls) add_call(call, reply.frames);
    std::string ended = fmt::format(R"(,"delta":{{"stop_reason":"{}","stop_sequence":null}})", word(answer.finish));
    if (answer.usage) ended += fmt::format(R"(,"usage":{{"output_tokens":{}}})", answer.usage->output.count);
    reply.frames.push_back(event("message_delta", ended));
    reply.frames.push_back(event("message_stop", ""));
    reply.trouble = event("error", R"(,"error":{"type":"overloaded_error","message":"Overloaded"})").bytes;
    return reply;
}

std::string_view kind_of(int status) {
    switch (status) {
        case 400: return "invalid_request_error";
        case 401: return "authentication_error";
        case 403: return "permission_error";
        case 404: return "not_found_error";
        case 413: return "request_too_large";
        case 429: return "rate_limit_error";
        case 529: return "overloaded_error";
        default: return "api_error";
    }
}
}  // namespace

Reply messages(const Ask& ask, const Answer& answer) { return ask.stream ? streamed(ask, answer) : whole(ask, answer); }

Reply error(const Trouble& trouble) {
    const auto id = fmt::format("req_{:016x}", std::hash<std::string>{}(trouble.message));
    Reply reply{.status = trouble.status,
                .headers = {{"request-id", id}},
                .frames = {{fmt::format(R"({{"type":"error","error":{{"type":"{}","message":{}}},"request_id":"{}"}})",
                                        kind_of(trouble.status), json::quote(trouble.message), id),
                            0}}};
    if (trouble.retry_after) reply.headers.push_back({"retry-after", std::to_string(trouble.retry_after->count())});
    return reply;
}

Reply models() {
    std::string list;
    for (const FaultInfo& fault : faults()) {
        list += fmt::format(R"({}{{"type":"model","id":"{}","display_name":"{}","created_at":"2026-01-01T00:00:00Z"}})",
                            list.empty() ? "" : ",", fault.name, fault.what);
    }
    return {.frames = {{fmt::format(R"({{"data":[{}],"has_more":false,"first_id":"{}","last_id":"{}"}})", list, faults().front().name,
                                    faults().back().name),
                        0}}};
}
}  // namespace rondo::mock::anthropic
