#pragma once
#include "engine/index/text_index.hpp"
#include "talk/scenario/map_reader.hpp"

namespace rondo::scenario {
/// Cuts a Markdown file into passages: one for each heading with text below it, a long one again at blank lines.
/// A passage's title is "heading of the file › heading", its id "file#n".
///
/// Faults: text before the first heading, a file without any passage.
[[nodiscard]] std::vector<index::Document> cut_markdown(std::string_view text, const std::string& file, FaultSink& faults);
}  // namespace rondo::scenario
