#pragma once
#include "engine/ledger/usage.hpp"
#include "engine/llm/model.hpp"

#include <boost/json/fwd.hpp>

#include <optional>
#include <string>
#include <vector>

/// What an answer cost: the provider's word first, our own count for what it did not say.
namespace rondo::llm::wire {
/// What a provider said so far. What it did not say, or what cannot be true (a negative count), is absent.
struct ToldUsage {
    std::optional<Tokens> input{}, output{};  ///< input: at full price, without the two below
    Tokens cache_write{}, cache_read{};
};

/// `usage` of Chat Completions and of embeddings: prompt_tokens counts the cached ones too, and is split here. Reasoning
/// tokens are part of completion_tokens, except where a provider's own total shows that it counts them beside.
[[nodiscard]] ToldUsage openai_usage(const boost::json::object& usage);
/// `usage` of the Messages API, whose kinds do not overlap. Later tellings go over earlier ones: see `update`.
[[nodiscard]] ToldUsage anthropic_usage(const boost::json::object& usage);
/// Takes what `news` tells and keeps the rest.
void update(ToldUsage& told, const ToldUsage& news);

/// Our own count of what a request makes the provider read. Pictures and the like are not counted.
[[nodiscard]] Tokens count_input(const ModelRequest& request);

/// The same for texts that shall become vectors.
[[nodiscard]] Tokens count_texts(const std::vector<std::string>& texts);

struct Bill {
    ledger::Usage usage{};
    bool estimated{false};  ///< at least one figure is our own
};
/// `counted_output`: our own count of what was said. A provider that claims to have read or said nothing, although something
/// was, is not believed in that figure.
[[nodiscard]] Bill bill(const ToldUsage& told, const ModelRequest& request, Tokens counted_output);
}  // namespace rondo::llm::wire
