#pragma once
#include "base/result.hpp"
#include "edge/gateway/wire/frame_codec.hpp"

#include <cstdint>
#include <string_view>

namespace rondo::gateway::wire {
/// An event of a session as a frame, still without its place; `turn` is whose event it is. `data` is the JSON that server-sent events
/// carry. Errors: `data_loss` for what is no event of ours.
[[nodiscard]] Result<Frame> event_frame(std::string_view type, std::string_view data, std::int64_t turn);

/// An error as the frames `refused` and `failed` carry it.
[[nodiscard]] v1::Error wire_error(const Error& error);

/// Takes what people said out of an event, for those who may see that it happened and no more. False: nothing is left of it.
[[nodiscard]] bool redact(Frame& frame);
}  // namespace rondo::gateway::wire
