#pragma once
#include "base/money.hpp"
#include "base/result.hpp"
#include "edge/mock/fault.hpp"
#include "platform/net/message.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rondo::mock {
enum class Api : std::uint8_t { chat, messages, embeddings };

/// "openai.chat", "anthropic.messages", "openai.embeddings".
[[nodiscard]] std::string_view name(Api api) noexcept;

/// A tool that the caller offers, and what this model would call it with.
struct OfferedTool {
    std::string name;
    std::string arguments;  ///< JSON text that fits the schema: required members, filled by type
};

/// A place up to which a prompt can be kept: everything before it, as a hash and as a count.
struct CacheMark {
    std::uint64_t prefix{0};
    Tokens tokens;
};

/// What both APIs ask, read out of their shapes. Everything an answer depends on.
struct Ask {
    Api api{Api::chat};
    std::string model;
    Chosen chosen{};
    bool stream{false};
    bool include_usage{true};      ///< in a stream; OpenAI tells it on demand only
    std::string message;           ///< the newest text of the user, or of a tool
    bool after_tool{false};        ///< `message` is a tool's result
    bool assistant_last{false};
    std::string prefill{};         ///< the text that the last message, the assistant's, begins the answer with
    std::int64_t max_tokens{0};    ///< 0: no limit
    std::vector<OfferedTool> tools{};
    bool call_tool{false};         ///< a call is wanted: of the first tool
    Tokens prompt;                 ///< of everything sent
    std::vector<CacheMark> marks{};  ///< shortest first
    std::uint64_t conversation{0};  ///< the same for a retry, also for one that continues a broken answer
    std::vector<std::string> inputs{};  ///< of embeddings
    std::int64_t dimensions{0};
    bool base64{false};
};

/// `model_in_path`: for addresses that name a deployment; wins over the body. Errors: `invalid_argument`, with the member's name as
/// reason, and `not_found` (no such model), both worded for the API's error body.
[[nodiscard]] Result<Ask> read_chat(const net::Request& request, std::string_view model_in_path = {});
[[nodiscard]] Result<Ask> read_messages(const net::Request& request);
[[nodiscard]] Result<Ask> read_embeddings(const net::Request& request, std::string_view model_in_path = {});
}  // namespace rondo::mock
