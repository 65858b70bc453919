#pragma once
#include "source.hpp"

#include <string>
#include <vector>

/// What the compiler cannot see but the architecture promises. Every rule is a pure function from the files to its findings.
namespace rondo::tidy {
struct Finding {
    std::string place;  ///< path, or path:line
    std::string message;
};
using Findings = std::vector<Finding>;

/// Quoted includes are rooted at src/ and reach only the module itself and what its USES reaches.
[[nodiscard]] Findings check_includes(const std::vector<File>& files);

/// Clocks, timers, randomness and threads come from base/ and platform/; elsewhere in src/ their raw forms are refused.
[[nodiscard]] Findings check_raw_forms(const std::vector<File>& files);

/// At most four units see Beast, directly or through our own headers: each costs the build some twenty seconds.
[[nodiscard]] Findings check_beast_units(const std::vector<File>& files);

[[nodiscard]] Findings check_readmes(const std::vector<File>& files);

/// No file names a folder of the machine it was written on.
[[nodiscard]] Findings check_machine_paths(const std::vector<File>& files);

/// Lines of the source files (C++ and TypeScript). Nearest-rank percentiles.
struct Lengths {
    std::size_t files{0}, median{0}, p90{0}, longest{0};
};
[[nodiscard]] Lengths lengths_of(const std::vector<File>& files);
/// No source file has more than 1000 lines, and at most one in ten has more than 400.
[[nodiscard]] Findings check_lengths(const std::vector<File>& files);

[[nodiscard]] Findings check_all(const std::vector<File>& files);
}  // namespace rondo::tidy
