#pragma once
#include "base/result.hpp"

#include <cstddef>
#include <filesystem>
#include <string>

namespace rondo::files {
/// The bytes of a file, of which never more than `max_bytes` and a block are read. Blocks.
/// Errors: `not_found` (cannot be opened), `resource_exhausted` (longer than `max_bytes`), `unavailable` (reading failed).
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& file, std::size_t max_bytes);
}  // namespace rondo::files
