#pragma once
#include "base/async/context.hpp"
#include "base/result.hpp"
#include "edge/gateway/api.hpp"
#include "edge/gateway/wire/frame_codec.hpp"

#include <boost/asio/awaitable.hpp>

#include <string_view>

namespace rondo::gateway::wire {
/// The route that does the same over HTTP, by its name; empty when the frame is no command that changes anything.
[[nodiscard]] std::string_view route_of(const Frame& command);
/// The trace that the turn of a command joins, when it names a sound one.
[[nodiscard]] std::string_view trace_of(const Frame& command);
/// The id of the message that a command says, null for commands that say nothing.
[[nodiscard]] std::string* message_id_of(Frame& command);

/// What came of a command.
struct Outcome {
    v1::Done done{};
    turn::TurnHandle begun{};  ///< the turn it began; empty when it began none, or repeated one
};
/// Does start_turn, stop, regenerate, edit or rate, by the rules of the HTTP route of the same meaning.
/// Errors: those of the route.
asio::awaitable<Result<Outcome>> run_command(const Backend& backend, Frame command, SessionId session, CallContext ctx);
}  // namespace rondo::gateway::wire
