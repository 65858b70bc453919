#pragma once
#include "base/result.hpp"
#include "base/rng.hpp"
#include "session_ear.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace rondo::bench {
/// How a connection breaks: the client takes so many bytes of the server's messages, from 1 to `longest`, and drops it without a word.
struct Cuts {
    std::size_t most{5};         ///< of one turn; after them a connection is let be
    std::size_t longest{1'000};  ///< bytes
};

/// The connections that broke while a turn was told.
struct Broken {
    std::size_t all{0};
    std::size_t in_answer{0};  ///< when some of the answer had been heard, but not its end
};

/// Speaks one turn over connections to 127.0.0.1 that break like that and hears it to its end.
/// Errors: those of WsClient and SessionEar; `deadline_exceeded` (ten seconds of silence).
[[nodiscard]] Result<Broken> speak_through_cuts(std::uint16_t port, SessionEar& ear, const std::string& message,
                                                const std::string& message_id, const Cuts& cuts, Rng& rng);
}  // namespace rondo::bench
