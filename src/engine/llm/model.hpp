#pragma once
#include "base/async/context.hpp"
#include "base/result.hpp"
#include "engine/ledger/usage.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace rondo {
namespace asio = boost::asio;
}

namespace rondo::llm {
struct Message {
    enum class Role { system, user, assistant };
    Role role{Role::user};
    std::string text;
    bool operator==(const Message&) const = default;
};

/// "system", "user" or "assistant", as every provider's wire spells it.
[[nodiscard]] std::string_view name(Message::Role role) noexcept;

/// One question to a model. A value: everything the answer may depend on is in it.
struct ModelRequest {
    std::string session_id;
    int turn{0};                                 ///< 1-based turn of the session
    std::uint64_t seed{0};                       ///< the same request gives the same answer where the model allows it
    std::string pack;                            ///< id of the scenario pack
    std::uint64_t pack_version{0};               ///< its content hash: a turn keeps the pack it began with
    std::string stage;                           ///< the conversation's stage, before this turn's transition
    std::string intent;                          ///< empty: not recognised or out of scope
    std::string language;                        ///< BCP 47 primary tag, "zh" or "en"
    std::vector<Message> history;                ///< oldest first; the last message is the user's
    std::vector<std::string> sources;            ///< retrieved passages, best first
    std::vector<std::string> rejected{};         ///< earlier answers to the same message: another one is wanted
    std::map<std::string, std::string> slots;    ///< values for placeholders, by name
};

/// A piece of the answer, in order; the pieces concatenate to the completion's text.
struct Delta {
    std::string text;
};

struct Completion {
    std::string text;
    ledger::Usage usage;
    std::string model;          ///< the name to bill under; a key of ledger::PriceTable
    std::string finish_reason;  ///< "stop" or "length"
};

/// Receives the pieces as they come; awaited before the next one is made, so a slow reader slows the model down.
/// An error stops the stream and becomes the result of `complete`.
using DeltaSink = std::function<asio::awaitable<Status>(Delta)>;

/// The port to whatever writes answers: the embedded rehearsal model or a provider.
class Model {
public:
    virtual ~Model();

    /// Stable, for metrics and the API; says what it is ("rehearsal"), never poses as something else.
    [[nodiscard]] virtual std::string_view name() const = 0;

    /// Streams the answer into `sink` (may be empty: no streaming) and returns all of it. Runs on the caller's executor;
    /// the model must outlive the call. Keeps to `ctx.deadline`.
    /// Errors: the sink's, `cancelled`, `deadline_exceeded`, `unavailable`, `resource_exhausted`, `invalid_argument`.
    virtual asio::awaitable<Result<Completion>> complete(ModelRequest request, DeltaSink sink, CallContext ctx) = 0;
};
}  // namespace rondo::llm
