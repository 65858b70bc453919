#pragma once
#include "engine/llm/fallback.hpp"
#include "platform/store/database.hpp"

namespace rondo::turn {
/// Answers from the past, for when no provider answers: the latest that was given five stars, else four, for the same intent, in
/// the same scenario (and so in its language) by the same persona.
///
/// Only from the caller's own sessions. An answer may repeat what its user confided, in words that no filter would find, and
/// its stars were meant for the answer, not for showing it to others. Never from a deleted session, never one that was
/// itself a stand-in or was withheld, and none that this conversation has heard already.
///
/// Bounded: the caller's newest 1,000 sessions, of these 64 rated turns. Thread-safe; the database must outlive it.
class BestRated final : public llm::FallbackSource {
public:
    explicit BestRated(store::Database& database) : database_{database} {}

    /// nullopt also for requests that belong to no scenario or have no intent. Errors: the store's.
    asio::awaitable<Result<std::optional<std::string>>> best_rated(const llm::ModelRequest& request, CallContext ctx) override;

private:
    store::Database& database_;
};
}  // namespace rondo::turn
