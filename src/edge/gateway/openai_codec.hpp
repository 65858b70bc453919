#pragma once
#include "base/result.hpp"
#include "engine/llm/embedding.hpp"
#include "engine/llm/model.hpp"
#include "platform/net/message.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

/// The shapes of the OpenAI API (chat completions, embeddings, models), as its SDKs send and expect them. Pure.
namespace rondo::gateway::openai {
struct ChatRequest {
    llm::ModelRequest ask;
    bool stream{false};
    bool include_usage{false};  ///< a last chunk tells the usage
};

/// Members this server does not know go to `ask.extra`: a target of the same dialect may understand them.
/// Errors: `invalid_argument` with every fault at its JSON pointer.
[[nodiscard]] Result<ChatRequest> chat_request(std::string_view body);

/// What stays the same in all chunks of one answer.
struct Identity {
    std::string id;           ///< "chatcmpl-..."
    std::int64_t created{0};  ///< seconds since 1970
    std::string model;        ///< as it was asked for
};

/// One answer as server-sent events. The first frame carries the role; the last is `[DONE]`, except after an error.
class ChunkWriter {
public:
    ChunkWriter(const Identity& identity, bool include_usage);

    [[nodiscard]] std::string delta(const llm::Delta& delta);
    [[nodiscard]] std::string finish(const llm::Completion& completion);
    /// An error after the head was sent: told in the stream, and nothing follows.
    [[nodiscard]] std::string error(const Error& error);

private:
    [[nodiscard]] std::string chunk(std::string_view delta, std::string_view finish_reason);
    std::string head_;  // of every chunk, up to the choices
    bool include_usage_;
    bool begun_{false};
};

/// The whole answer of a request that did not ask for a stream.
[[nodiscard]] std::string completion_json(const Identity& identity, const llm::Completion& completion);

struct EmbeddingsRequest {
    llm::EmbedRequest ask;
    bool base64{false};  ///< vectors as the bytes of their floats, little-endian
};
inline constexpr std::size_t kMaxEmbeddedTexts = 2'048;

/// `input` is a text or up to kMaxEmbeddedTexts of them; token numbers are refused.
/// Errors: `invalid_argument` with every fault at its JSON pointer.
[[nodiscard]] Result<EmbeddingsRequest> embeddings_request(std::string_view body);
[[nodiscard]] std::string embeddings_json(const llm::EmbedAnswer& answer, std::string_view model, bool base64);

[[nodiscard]] std::string models_json(std::span<const std::string> ids);

/// `{"error":{"message","type","param","code"}}` with the status of the code. `param` is the first fault's place. `attempts` is there too
/// where the error tells them.
[[nodiscard]] std::string error_json(const Error& error);
[[nodiscard]] net::Response error_response(const Error& error);
}  // namespace rondo::gateway::openai
