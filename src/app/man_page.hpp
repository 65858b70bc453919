#pragma once
#include "app/command_help.hpp"
#include "base/config/loader.hpp"

#include <span>
#include <string>
#include <string_view>

namespace rondo::app {
/// rondo(1) in the man macros of groff, from what the help texts and the settings' descriptions say. The same input makes the
/// same bytes: no date, no machine.
[[nodiscard]] std::string man_page(const CommandHelp& root, std::span<const config::Setting> settings, std::string_view version);
}  // namespace rondo::app
