#pragma once
#include "base/money.hpp"
#include "edge/mock/ask.hpp"
#include "edge/mock/script.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace rondo::mock {
enum class Finish : std::uint8_t { stop, length, tool_calls, content_filter, refusal };

struct Call {
    std::size_t index{0};  ///< as told to the caller
    std::string id, name, arguments;
};

/// What an API's usage member says. `input` is all of the prompt, cached or not.
struct ToldUsage {
    Tokens input, output, total;
    Tokens cache_read, cache_write;
};

/// What the model says, before any API's shape.
struct Answer {
    std::string id;                   ///< 16 hexadecimal digits
    std::vector<std::string> pieces;  ///< the text, a token each
    std::vector<Call> calls;          ///< in the order of telling
    Finish finish{Finish::stop};
    std::optional<ToldUsage> usage;   ///< absent: not told
};

/// How much of a prompt the provider has kept from requests before.
struct CacheShare {
    Tokens read, write;
};

/// A pure function of its arguments: a retry hears the same words, and one that hands back a beginning (`prefill`) the rest of them.
/// The words are the script's, else an echo of the message in its language spun out to `tokens` tokens.
[[nodiscard]] Answer compose(const Ask& ask, const Script& script, std::size_t tokens, const CacheShare& cache);

/// The echo: a text of exactly `tokens` tokens. In Chinese when the message has ideographs.
[[nodiscard]] std::string spin(std::string_view message, std::size_t tokens);
}  // namespace rondo::mock
