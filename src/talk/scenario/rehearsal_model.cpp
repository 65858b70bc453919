#include "talk/scenario/rehearsal_model.hpp"

#include "base/async/within.hpp"
#include "base/rng.hpp"
#include "base/text/token_counter.hpp"

#include <fmt/format.h>

namespace rondo::scenario {
namespace {
std::string answer_of(const ScenarioPack& pack, const llm::ModelRequest& request, std::uint64_t seed) {
    std::vector<std::string_view> user_texts;
    std::vector<std::string_view> said;
    const std::vector<std::string_view> sources{request.sources.begin(), request.sources.end()};
    for (const llm::Message& message : request.messages) {
        if (message.role == llm::Message::Role::user) user_texts.push_back(message.text);
        if (message.role == llm::Message::Role::assistant) said.push_back(message.text);
    }
    said.insert(said.end(), request.cue.rejected.begin(), request.cue.rejected.end());
    return pack.line({.intent = request.cue.intent,
                      .stage = request.cue.stage,
                      .pick = {.session_id = request.cue.session_id, .turn = request.cue.turn, .seed = seed, .said = said},
                      .user_texts = user_texts,
                      .sources = sources,
                      .slots = &request.cue.slots});
}

/// The bytes of the next delta: `tokens` tokens or what is left.
std::size_t delta_bytes(std::string_view rest, std::size_t tokens) {
    std::size_t bytes = 0;
    while (tokens-- > 0 && bytes < rest.size()) bytes += text::TokenCounter::first(rest.substr(bytes));
    return bytes;
}

/// What ended the call before its time, if anything did.
asio::awaitable<Status> still_wanted(const CallContext& ctx) {
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) co_return fail(Code::cancelled, "caller gave up");
    if (ctx.deadline != TimePoint::max() && ctx.left() <= Clock::duration::zero()) {
        co_return fail(Code::deadline_exceeded, "the answer was not finished before the deadline");
    }
    co_return Status{};
}
}  // namespace

Tokens RehearsalModel::input_tokens(const llm::ModelRequest& request) {
    const text::TokenCounter counter;
    Tokens tokens;
    for (const llm::Message& message : request.messages) tokens += counter.count(message.text);
    for (const std::string& source : request.sources) tokens += counter.count(source);
    return tokens;
}

asio::awaitable<Result<llm::Completion>> RehearsalModel::complete(llm::ModelRequest request, llm::DeltaSink sink, CallContext ctx) {
    co_await asio::this_coro::throw_if_cancelled(false);
    const auto pack = lookup_(request.cue.pack, request.cue.pack_version);
    if (!pack) co_return fail(Code::not_found, fmt::format("there is no scenario pack \"{}\"", request.cue.pack));

    llm::Completion completion;
    completion.text = answer_of(*pack, request, mix(request.cue.seed, static_cast<std::uint64_t>(config_.seed)));
    completion.usage.input = input_tokens(request);
    completion.usage.output = text::TokenCounter{}.count(completion.text);
    completion.model = kBilledAs;
    completion.finish_reason = "stop";

    const bool paced = config_.delta_pace > std::chrono::milliseconds::zero();
    const std::size_t tokens = paced ? 1 : kUnpacedTokens;
    for (std::string_view rest = completion.text; !rest.empty();) {
        if (paced && sink) {
            const auto waited = co_await pause(std::min<Clock::duration>(config_.delta_pace, ctx.left()));
            if (!waited) co_return propagate(waited);
        }
        const auto wanted = co_await still_wanted(ctx);
        if (!wanted) co_return propagate(wanted);
        if (!sink) break;
        const std::size_t bytes = delta_bytes(rest, tokens);
        const auto sent = co_await sink(llm::Delta{std::string{rest.substr(0, bytes)}});
        if (!sent) co_return propagate(sent);
        rest.remove_prefix(bytes);
    }
    co_return completion;
}
}  // namespace rondo::scenario
