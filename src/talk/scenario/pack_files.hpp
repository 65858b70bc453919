#pragma once
#include "talk/scenario/map_reader.hpp"

#include <cstdint>
#include <filesystem>
#include <map>

namespace rondo::scenario {
inline constexpr std::size_t kMaxYamlBytes = 1U << 20U;
inline constexpr std::size_t kMaxFileBytes = 256U << 10U;
inline constexpr std::size_t kMaxFilesPerFolder = 64;

/// The bytes of a pack's files, by path inside the pack with forward slashes.
struct PackFiles {
    std::map<std::string, std::string> files;
    [[nodiscard]] const std::string* find(const std::string& path) const;
    /// Over names and bytes, in name order.
    [[nodiscard]] std::uint64_t hash() const;
};

/// Reads scenario.yaml, workflow.json, knowledge/*.md and transcripts/*.txt; other files are not looked at.
/// Faults: a missing, unreadable, over-long or not UTF-8 file, too many files, no knowledge.
[[nodiscard]] PackFiles read_pack_files(const std::filesystem::path& folder, std::vector<Fault>& faults);
}  // namespace rondo::scenario
