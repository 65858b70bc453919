// What a provider sends: streams and whole answers of both APIs, and its refusals. The first byte chooses the reader and the cuts.
#include "engine/llm/anthropic_answer.hpp"
#include "engine/llm/anthropic_stream.hpp"
#include "engine/llm/openai_answer.hpp"
#include "engine/llm/openai_stream.hpp"
#include "engine/llm/provider_refusal.hpp"
#include "fuzz/fuzz.hpp"

#include <algorithm>
#include <memory>

namespace rondo::fuzz {
namespace {
using llm::wire::Ending;
using llm::wire::ProviderStream;

/// Small bounds, so that short inputs reach them.
constexpr llm::wire::ReadLimits kLimits{.max_event_bytes = 4'096, .max_answer_bytes = 8'192, .max_bad_chunks = 3};

struct Reading {
    std::unique_ptr<ProviderStream> stream;
    std::string text;
};

Reading read(bool anthropic, std::string_view input, std::size_t piece) {
    Reading reading;
    if (anthropic) reading.stream = std::make_unique<llm::wire::AnthropicStream>(kLimits);
    else reading.stream = std::make_unique<llm::wire::OpenAiStream>(kLimits);
    std::vector<llm::Delta> deltas;
    while (!input.empty()) {
        const auto length = std::min(piece, input.size());
        reading.stream->feed(input.substr(0, length), deltas);
        input.remove_prefix(length);
    }
    reading.stream->finish(deltas);
    for (const auto& delta : deltas) reading.text += delta.text;
    return reading;
}

void streams(bool anthropic, std::string_view input, std::size_t piece) {
    const llm::ModelRequest request;
    auto whole = read(anthropic, input, input.size());
    auto cut = read(anthropic, input, piece);
    expect(whole.stream->ending() != Ending::open, "every stream ends one way or another");
    expect(whole.stream->failure().has_value() == (whole.stream->ending() == Ending::failed), "a failure has its reason");
    const auto bill = whole.stream->bill(request);
    expect(bill.usage.input.count >= 0 && bill.usage.output.count >= 0 && bill.usage.cache_read.count >= 0 &&
               bill.usage.cache_write.count >= 0,
           "nobody is paid for reading");
    expect(whole.text.size() <= kLimits.max_answer_bytes, "an answer keeps its bound");
    if (whole.stream->ending() == Ending::complete) expect(whole.stream->answer_whole(), "no answer is whole without a finish reason");
    // An event beyond the bound is noticed earlier or later, depending on the cuts; nothing else may depend on them.
    if (input.size() > kLimits.max_event_bytes) return;
    expect(whole.stream->ending() == cut.stream->ending() && whole.text == cut.text, "cuts change nothing");
    expect(whole.stream->bad_chunks() == cut.stream->bad_chunks() && whole.stream->bill(request).usage == cut.stream->bill(request).usage,
           "nor what is counted");
    const auto completion = whole.stream->take();
    expect(completion.text == whole.text, "the completion is what the deltas made");
    expect(completion.tool_calls == cut.stream->take().tool_calls, "nor the calls");
}
}  // namespace

void run(std::string_view input) {
    const unsigned first = choice(input);
    constexpr unsigned kKinds = 4;
    const std::size_t piece = 1 + first / kKinds;
    switch (first % kKinds) {
        case 0: return streams(false, input, piece);
        case 1: return streams(true, input, piece);
        case 2: {
            const llm::ModelRequest request;
            for (const auto& read :
                 {llm::wire::read_openai_answer(input, request, kLimits), llm::wire::read_anthropic_answer(input, request, kLimits)}) {
                expect(!read || !read->completion.finish_reason.empty(), "no answer is whole without a finish reason");
            }
            (void)llm::wire::read_openai_embeddings(input, {"a", "b"});
            return;
        }
        default: {
            const auto refusal = llm::wire::refusal_of(400 + static_cast<int>(piece), {{"retry-after", std::string{input}}}, input, {});
            expect(!refusal.error.message.empty() && refusal.error.message.size() < 512, "a refusal is told in one short sentence");
        }
    }
}
}  // namespace rondo::fuzz
