#pragma once
#include "base/result.hpp"

#include <sys/types.h>

#include <string>

namespace rondo::app {
/// Starts this program once more with the same arguments and `flag`, from the path it was started from: after an upgrade that is the new
/// one. The child has no signal blocked. Errors: `unavailable`.
[[nodiscard]] Result<pid_t> respawn(const std::string& flag);
}  // namespace rondo::app
