#include "engine/llm/provider_usage.hpp"

#include "base/text/token_counter.hpp"
#include "engine/llm/provider_json.hpp"

#include <boost/json.hpp>

namespace rondo::llm::wire {
namespace {
constexpr std::int64_t kImplausible = 100'000'000;  // more tokens than any window; a broken counter
constexpr std::int64_t kMessageTokens = 4;          // role and separators of one message, as providers count them

std::optional<std::int64_t> credible(const boost::json::object& from, std::string_view key) {
    const auto count = number_at(from, key);
    return count && *count >= 0 && *count < kImplausible ? count : std::nullopt;
}

std::int64_t detail(const boost::json::object& usage, std::string_view group, std::string_view key) {
    const auto* details = object_at(usage, group);
    return details ? credible(*details, key).value_or(0) : 0;
}
}  // namespace

ToldUsage openai_usage(const boost::json::object& usage) {
    ToldUsage told;
    const auto prompt = credible(usage, "prompt_tokens");
    if (prompt) {
        const auto cached = std::min(detail(usage, "prompt_tokens_details", "cached_tokens"), *prompt);
        told.cache_read = Tokens{cached};
        told.input = Tokens{*prompt - cached};
    }
    if (const auto said = credible(usage, "completion_tokens")) {
        told.output = Tokens{*said};
        const auto reasoned = detail(usage, "completion_tokens_details", "reasoning_tokens");
        if (prompt && reasoned > 0 && number_at(usage, "total_tokens") == *prompt + *said + reasoned) *told.output += Tokens{reasoned};
    }
    return told;
}

ToldUsage anthropic_usage(const boost::json::object& usage) {
    ToldUsage told;
    if (const auto read = credible(usage, "input_tokens")) told.input = Tokens{*read};
    if (const auto said = credible(usage, "output_tokens")) told.output = Tokens{*said};
    told.cache_write = Tokens{credible(usage, "cache_creation_input_tokens").value_or(0)};
    told.cache_read = Tokens{credible(usage, "cache_read_input_tokens").value_or(0)};
    return told;
}

void update(ToldUsage& told, const ToldUsage& news) {
    if (news.input) told.input = news.input;
    if (news.output) told.output = news.output;
    if (news.cache_write.count > 0) told.cache_write = news.cache_write;
    if (news.cache_read.count > 0) told.cache_read = news.cache_read;
}

Tokens count_input(const ModelRequest& request) {
    const text::TokenCounter counter;
    Tokens all;
    for (const SystemBlock& block : request.system) all += counter.count(*block.text);
    for (const std::string& source : request.sources) all += counter.count(source);
    for (const Message& message : request.messages) {
        all += Tokens{kMessageTokens} + counter.count(message.text);
        for (const ToolCall& call : message.tool_calls) all += counter.count(call.name) + counter.count(call.arguments);
    }
    for (const Tool& tool : request.tools)
        all += counter.count(tool.name) + counter.count(tool.description) + counter.count(tool.parameters);
    return all + counter.count(request.prefill);
}

Tokens count_texts(const std::vector<std::string>& texts) {
    Tokens all;
    for (const std::string& each : texts) all += text::TokenCounter{}.count(each);
    return all;
}

Bill bill(const ToldUsage& told, const ModelRequest& request, Tokens counted_output) {
    Bill all;
    all.usage.cache_write = told.cache_write;
    all.usage.cache_read = told.cache_read;
    const bool read_something = told.input && (*told.input + told.cache_write + told.cache_read).count > 0;
    const bool said_enough = told.output && (told.output->count > 0 || counted_output.count == 0);
    all.usage.input = read_something ? *told.input : count_input(request);
    all.usage.output = said_enough ? *told.output : counted_output;
    all.estimated = !read_something || !said_enough;
    return all;
}
}  // namespace rondo::llm::wire
