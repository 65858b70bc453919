#include "edge/mock/answer.hpp"

#include "base/rng.hpp"
#include "base/text/fold.hpp"
#include "base/text/token_counter.hpp"
#include "base/text/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace rondo::mock {
namespace {
constexpr std::size_t kEchoedBytes = 1000;
constexpr std::int64_t kMostCalls = 16;

bool has_ideographs(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        if (text::kind(text::fold(text::decode(text, at))) == text::Kind::ideograph) return true;
    }
    return false;
}

std::vector<std::string> split(std::string_view text) {
    std::vector<std::string> pieces;
    text::TokenCounter{}.split(text, [&pieces](std::string_view piece) { pieces.emplace_back(piece); });
    return pieces;
}

std::string id_of(std::uint64_t seed) { return fmt::format("{:016x}", seed); }

bool about_tools(Fault fault) { return fault == Fault::parallel_tools || fault == Fault::duplicate_tool_ids || fault == Fault::tool_order; }

std::vector<Call> make_calls(const Ask& ask, std::uint64_t seed) {
    const Fault fault = ask.chosen.fault;
    if (!ask.call_tool && !about_tools(fault)) return {};
    const std::size_t count = !about_tools(fault) ? 1
                              : fault != Fault::parallel_tools
                                  ? 2
                                  : static_cast<std::size_t>(std::clamp(ask.chosen.number, std::int64_t{1}, kMostCalls));
    static const OfferedTool kLookup{"lookup", R"({"query":"rondo"})"};  // a tool fault shows itself to whoever offered none, too
    std::vector<Call> calls;
    for (std::size_t i = 0; i < count; ++i) {
        const OfferedTool& tool = ask.tools.empty() ? kLookup : ask.tools[i % ask.tools.size()];
        const std::size_t same = fault == Fault::duplicate_tool_ids ? 0 : i;
        calls.push_back({.index = i, .id = id_of(mix(seed, same + 1)), .name = tool.name, .arguments = tool.arguments});
    }
    if (fault == Fault::tool_order) std::ranges::reverse(calls);
    return calls;
}

/// Ends the text after `tokens` pieces, if it is longer.
void shorten(Answer& answer, std::int64_t tokens, Finish finish) {
    if (std::cmp_greater_equal(tokens, answer.pieces.size())) return;
    answer.pieces.resize(static_cast<std::size_t>(std::max<std::int64_t>(tokens, 0)));
    answer.finish = finish;
}

Tokens output_tokens(const Answer& answer) {
    Tokens sum{static_cast<std::int64_t>(answer.pieces.size())};
    for (const Call& call : answer.calls) sum += text::TokenCounter{}.count(call.name) + text::TokenCounter{}.count(call.arguments);
    return sum;
}

void tell_usage(const Ask& ask, const CacheShare& cache, Answer& answer) {
    if (ask.chosen.fault == Fault::no_usage) return;
    const Tokens output = output_tokens(answer);
    answer.usage = ToldUsage{
        .input = ask.prompt, .output = output, .total = ask.prompt + output, .cache_read = cache.read, .cache_write = cache.write};
    if (ask.chosen.fault == Fault::wrong_usage) {
        answer.usage =
            ToldUsage{.input = Tokens{0}, .output = Tokens{10 * output.count}, .total = Tokens{1}, .cache_read = {}, .cache_write = {}};
    }
}
}  // namespace

std::string spin(std::string_view message, std::size_t tokens) {
    const bool chinese = has_ideographs(message);
    std::string_view echoed = text::prefix(message, kEchoedBytes);
    if (echoed.find_first_not_of(" \t\r\n") == echoed.npos) echoed = "nothing";
    std::string text{chinese ? "你说的是：" : "You said: "};
    const std::string unit = std::string{echoed} + (chinese ? "。" : ". ");
    const auto intro = static_cast<std::size_t>(text::TokenCounter{}.count(text).count);
    // A unit has at least one token of its own, whatever joins across its borders.
    const auto each = static_cast<std::size_t>(std::max<std::int64_t>(1, text::TokenCounter{}.count(unit).count - 1));
    for (std::size_t have = intro; have < tokens + each; have += each) text += unit;
    std::size_t end = 0;
    for (std::size_t n = 0; n < tokens && end < text.size(); ++n) end += text::TokenCounter::first(std::string_view{text}.substr(end));
    text.resize(end);
    return text;
}

Answer compose(const Ask& ask, const Script& script, std::size_t tokens, const CacheShare& cache) {
    const Fault fault = ask.chosen.fault;
    const std::uint64_t seed = mix(ask.conversation, std::hash<std::string>{}(ask.prefill));
    Answer answer;
    answer.id = id_of(seed);
    answer.calls = make_calls(ask, seed);
    if (!answer.calls.empty()) {
        answer.finish = Finish::tool_calls;
        tell_usage(ask, cache, answer);
        return answer;
    }
    const std::string* scripted = script.find(ask.message);
    std::string text = scripted ? *scripted : spin(ask.message, tokens);
    if (!ask.prefill.empty() && text.starts_with(ask.prefill)) text.erase(0, ask.prefill.size());
    if (fault == Fault::refusal) text = has_ideographs(ask.message) ? "对不起，这个我帮不了你。" : "I'm sorry, but I can't help with that.";
    answer.pieces = split(text);
    if (fault == Fault::refusal) answer.finish = Finish::refusal;
    if (fault == Fault::length) shorten(answer, ask.chosen.number, Finish::length);
    if (fault == Fault::content_filter) shorten(answer, ask.chosen.number, Finish::content_filter);
    if (fault == Fault::huge_chunk && !answer.pieces.empty()) answer.pieces.back().append(static_cast<std::size_t>(ask.chosen.number), 'x');
    if (ask.max_tokens > 0) shorten(answer, ask.max_tokens, Finish::length);
    tell_usage(ask, cache, answer);
    return answer;
}
}  // namespace rondo::mock
