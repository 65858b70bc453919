#pragma once
#include "engine/llm/provider_stream.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// What a reader made of a stream, in one line that tests can compare.
namespace rondo::llm {
/// A question of five words, so that counts of our own are small and known.
inline ModelRequest question() { return {.model = {}, .messages = {{.role = Message::Role::user, .text = "why is the sky blue"}}}; }

/// Every event of `datas` as the providers frame them.
inline std::string events(const std::vector<std::string>& datas) {
    std::string all;
    for (const auto& data : datas) all += "data: " + data + "\n\n";
    return all;
}

/// text ⟨calls⟩ [finish reason] in+write+read/out, "~" before figures of our own, "!n" for n bad chunks; or FAILED with the
/// reason. `pieces`: the bytes as they came off the wire.
template <class Stream>
std::string transcript(const std::vector<std::string_view>& pieces, const wire::ReadLimits& limits = {}) {
    Stream stream{limits};
    std::vector<Delta> deltas;
    for (const auto piece : pieces) stream.feed(piece, deltas);
    stream.finish(deltas);

    std::string text, joined;
    std::vector<ToolCall> calls;
    for (const Delta& delta : deltas) {
        text += delta.text;
        if (!delta.tool_call) continue;
        const auto& piece = *delta.tool_call;
        const auto at = static_cast<std::size_t>(piece.index);
        if (calls.size() <= at) calls.resize(at + 1);
        calls[at].id += piece.id;
        calls[at].name += piece.name;
        calls[at].arguments += piece.arguments;
    }
    for (const ToolCall& call : calls) joined += " <" + call.id + " " + call.name + " " + call.arguments + ">";
    std::string line = text + joined;
    if (stream.bad_chunks() > 0) line += " !" + std::to_string(stream.bad_chunks());
    if (stream.ending() == wire::Ending::failed) return line + " FAILED " + stream.failure()->error.reason;

    const auto bill = stream.bill(question());
    const auto whole = stream.take();
    if (whole.text != text || whole.tool_calls != calls) return "the completion is not what the deltas made";
    const auto figures = std::to_string(bill.usage.input.count) + "+" + std::to_string(bill.usage.cache_write.count) + "+" +
                         std::to_string(bill.usage.cache_read.count) + "/" + std::to_string(bill.usage.output.count);
    return line + " [" + whole.finish_reason + "] " + (bill.estimated ? "~" : "") + figures;
}
template <class Stream>
std::string transcript(std::string_view bytes) {
    return transcript<Stream>(std::vector{bytes});
}
}  // namespace rondo::llm
