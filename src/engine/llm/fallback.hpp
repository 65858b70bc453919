#pragma once
#include "base/async/context.hpp"
#include "base/result.hpp"
#include "engine/llm/request.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace rondo {
namespace asio = boost::asio;
}

namespace rondo::llm {
/// Port: answers from the past, for when no provider answers.
class FallbackSource {
public:
    virtual ~FallbackSource();
    /// The best-rated answer once given to the same intent in the same scope and language; nullopt: there is none. Keeps to
    /// `ctx.deadline`. An error counts as none.
    virtual asio::awaitable<Result<std::optional<std::string>>> best_rated(const ModelRequest& request, CallContext ctx) = 0;
};

/// What is said when there is nothing else to say, in the session's language; English for languages we do not speak.
[[nodiscard]] std::string_view apology(std::string_view language) noexcept;
}  // namespace rondo::llm
