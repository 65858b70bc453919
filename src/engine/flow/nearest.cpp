#include "engine/flow/nearest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace rondo::flow {
namespace {
/// Optimal string alignment distance in bytes: insert, delete, replace, swap neighbours.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before_last[j - 2] + 1);
        }
        std::swap(before_last, last);
        std::swap(last, row);
    }
    return last[b.size()];
}
}  // namespace

std::string did_you_mean(std::string_view misspelled, std::span<const std::string_view> known) {
    const std::size_t tolerated = std::max<std::size_t>(1, misspelled.size() / 3);
    std::string_view nearest;
    std::size_t least = tolerated + 1;
    for (const std::string_view candidate : known) {
        const std::size_t longer = std::max(candidate.size(), misspelled.size());
        const std::size_t shorter = std::min(candidate.size(), misspelled.size());
        if (longer - shorter >= least) continue;  // also keeps a very long name cheap
        if (const std::size_t edits = distance(misspelled, candidate); edits < least) {
            least = edits;
            nearest = candidate;
        }
    }
    return least > tolerated ? std::string{} : fmt::format("; did you mean '{}'?", nearest);
}
}  // namespace rondo::flow
