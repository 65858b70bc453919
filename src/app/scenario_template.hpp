#pragma once
#include "base/result.hpp"

#include <filesystem>
#include <span>
#include <string_view>

namespace rondo::app {
/// A file of src/app/template, compiled into the binary. Its first folder is the language it is written in, or `any`.
struct TemplateFile {
    std::string_view path;
    std::string_view bytes;
};
[[nodiscard]] std::span<const TemplateFile> scenario_template_files();

/// Writes a small complete scenario pack, with comments that explain every part, into the new folder `parent`/`name`, and
/// returns that folder. The folder appears whole or not at all; `parent` is made when it is missing.
/// Errors: `invalid_argument` (a name that cannot be a pack's id), `already_exists`, `unavailable` (cannot be written).
[[nodiscard]] Result<std::filesystem::path> write_scenario_template(const std::filesystem::path& parent, std::string_view name,
                                                                    std::string_view language);
}  // namespace rondo::app
