#pragma once
#include <span>
#include <string>
#include <string_view>

namespace rondo::flow {
/// `; did you mean 'npc'?` for the known name nearest to a misspelled one, or nothing when none is near (an edit distance of
/// at most a third of its length, at least one; a swap of neighbours counts as one edit).
[[nodiscard]] std::string did_you_mean(std::string_view misspelled, std::span<const std::string_view> known);
}  // namespace rondo::flow
