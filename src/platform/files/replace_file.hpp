#pragma once
#include "base/result.hpp"

#include <filesystem>
#include <string_view>

namespace rondo::files {
/// Who may read a file that is made anew.
enum class Readers { everybody, owner };

/// Gives `file` the content `body` as a whole or not at all: a reader or a crash at any moment meets the old file or the new
/// one. On disk when it returns. Creates missing folders; keeps an existing file's permissions; a symbolic link stays one and
/// what it leads to is replaced. Blocks.
/// Errors: `insufficient_storage` (disk full or quota), `failed_precondition` (no right to, read-only, something that is no
/// file is in the way), `unavailable` (the disk failed).
[[nodiscard]] Status replace_file(const std::filesystem::path& file, std::string_view body, Readers readers = Readers::everybody);
}  // namespace rondo::files
