#pragma once
#include "edge/mock/answer.hpp"
#include "edge/mock/ask.hpp"
#include "platform/net/message.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace rondo::mock {
/// A part of a body that leaves as one: an event of a stream, or the whole body.
struct Frame {
    std::string bytes;
    int tokens{0};  ///< that it tells the caller
};

/// An answer in an API's shape, as a provider that works would send it. Faults of the connection come later (`plan_of`).
struct Reply {
    int status{200};
    std::string content_type{"application/json"};
    std::vector<net::Header> headers{};
    std::vector<Frame> frames{};  ///< of a stream: its events, the last one the terminator
    bool stream{false};
    std::string trouble{};        ///< of a stream: the event that tells an error
};

/// An error answer, before any API's shape.
struct Trouble {
    int status{500};
    std::string message;
    std::string member{};  ///< of the request, that is to blame; may be empty
    std::optional<std::chrono::seconds> retry_after{};
};

/// The error with which a fault refuses every request; nullopt for faults that answer.
[[nodiscard]] std::optional<Trouble> trouble_of(const Chosen& chosen, Api api);

/// OpenAI's shapes.
namespace openai {
[[nodiscard]] Reply chat(const Ask& ask, const Answer& answer);
[[nodiscard]] Reply embeddings(const Ask& ask);
[[nodiscard]] Reply error(const Trouble& trouble);
[[nodiscard]] Reply models();
}  // namespace openai

/// Anthropic's.
namespace anthropic {
[[nodiscard]] Reply messages(const Ask& ask, const Answer& answer);
[[nodiscard]] Reply error(const Trouble& trouble);
[[nodiscard]] Reply models();
}  // namespace anthropic
}  // namespace rondo::mock
