#pragma once
#include "base/async/context.hpp"
#include "base/result.hpp"
#include "engine/ledger/usage.hpp"
#include "engine/llm/request.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rondo {
namespace asio = boost::asio;
}

namespace rondo::llm {
/// A piece of one tool call, as it comes: id and name in the first piece, arguments as text to be joined.
struct ToolCallDelta {
    int index{0};
    std::string id, name, arguments;
    bool operator==(const ToolCallDelta&) const = default;
};

/// Who speaks, and what it took to get there.
struct Origin {
    std::string route;         ///< a target's id, or the rung of the gateway's fallback chain that stands in
    std::size_t attempts{0};   ///< made so far, this one included
    Clock::duration waited{};  ///< spent in attempts, until this one's first piece
};

/// A piece of the answer, in order; the texts concatenate to the completion's text.
struct Delta {
    std::string text{};
    std::optional<ToolCallDelta> tool_call{};
    bool seam{false};  ///< from here on another attempt speaks: the one before broke off
    bool more{false};  ///< the next piece is there already: whoever writes both may write them at once
    std::shared_ptr<const Origin> origin{};  ///< of the first piece of each attempt that comes through a gateway; else null
};

/// One try to get an answer from one target.
struct Attempt {
    std::string target;
    std::optional<Error> error{};             ///< none: it answered
    Clock::duration first_token{}, took{};    ///< first_token: 0 when none came
    ledger::Usage usage{};                    ///< what it is billed
};

struct Completion {
    std::string text;
    ledger::Usage usage;                  ///< of all attempts together
    std::string model;                    ///< the name to bill under; a key of ledger::PriceTable
    std::string finish_reason;            ///< "stop", "length", "tool_calls", "content_filter"
    std::vector<ToolCall> tool_calls{};
    bool usage_estimated{false};          ///< the provider told no usage, or not all of it
    std::string target{};                 ///< who answered; "" for the embedded model
    std::string id{};                     ///< the provider's name for the answer
    std::vector<Attempt> attempts{};      ///< every try, in order
    std::string rung{};                   ///< of the gateway's fallback chain: "primary", "target", "few_shot", "apology"; else ""
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
