#pragma once
#include "talk/scenario/review.hpp"

#include <boost/json/fwd.hpp>

#include <string>

namespace rondo::app {
/// What `rondo scenario check` found in one folder: a pack with its review, or why it is refused.
struct CheckedPack {
    std::string folder;
    std::shared_ptr<const scenario::ScenarioPack> pack{};  ///< null when refused
    scenario::Review review{};                             ///< of the pack
    Error refusal{};                                       ///< when the pack is null
};

[[nodiscard]] CheckedPack check_pack(const std::string& folder);

/// For people: a few lines, ending in a line feed. Paths begin with the folder, so that an editor can open them.
[[nodiscard]] std::string to_text(const CheckedPack& checked);
/// The same for programs.
[[nodiscard]] boost::json::object to_json(const CheckedPack& checked);
}  // namespace rondo::app
