#pragma once
#include "engine/llm/model.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace rondo::llm {
/// The attempts behind a failed call, for Error::details: `{"attempts":[{"target","code","took_us"}]}`; `code` is absent of one that
/// answered. "" when there was none.
[[nodiscard]] std::string attempt_details(std::span<const Attempt> attempts);

/// How an answer came about: `route` answered after these attempts.
[[nodiscard]] Origin origin_of(std::string route, std::span<const Attempt> attempts);

/// What such details say in short.
struct Tried {
    std::size_t attempts{0};
    std::string last{};        ///< target
    Clock::duration waited{};  ///< in all of them
};
[[nodiscard]] Tried tried(std::string_view details);
}  // namespace rondo::llm
