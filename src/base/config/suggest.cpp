#include "base/config/suggest.hpp"

#include <algorithm>
#include <numeric>

namespace rondo::config {
namespace {
constexpr std::size_t kMaxWordBytes = 128;

/// Insertions, deletions, changes and swaps of neighbours (optimal string alignment).
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
    std::iota(last.begin(), last.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            row[j + 1] = std::min({last[j] + (a[i] == b[j] ? 0 : 1), row[j] + 1, last[j + 1] + 1});
            if (i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j]) row[j + 1] = std::min(row[j + 1], before[j - 1] + 1);
        }
        before.swap(last);
        last.swap(row);
    }
    return last.back();
}

std::string_view leaf(std::string_view key) { return key.substr(key.rfind('.') + 1); }
std::string_view section(std::string_view key) { return key.substr(0, key.size() - leaf(key).size()); }

/// "RONDO_SERVER__LOG_LEVEL" -> "SERVER_LOG_LEVEL"
std::string squeezed(std::string_view name) {
    std::string out{name.substr(std::string_view{"RONDO_"}.size())};
    const auto twice = std::ranges::unique(out, [](char a, char b) { return a == '_' && b == '_'; });
    out.erase(twice.begin(), twice.end());
    return out;
}
}  // namespace

std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates) {
    if (word.size() > kMaxWordBytes) return {};
    std::string_view best;
    std::size_t least = std::max<std::size_t>(word.size() / 3, 1) + 1;
    for (const auto candidate : candidates) {
        const auto distance = edit_distance(word, candidate);
        if (distance < least) {
            least = distance;
            best = candidate;
        }
    }
    return best;
}

std::string_view nearest_key(std::string_view key, const std::vector<std::string_view>& known) {
    std::vector<std::string_view> leaves;
    for (const auto candidate : known) {
        if (section(candidate) == section(key)) leaves.push_back(leaf(candidate));
    }
    if (const auto near = nearest(leaf(key), leaves); !near.empty()) {
        return *std::ranges::find_if(known, [&](auto candidate) { return section(candidate) == section(key) && leaf(candidate) == near; });
    }
    const auto elsewhere = std::ranges::find(known, leaf(key), leaf);
    return elsewhere == known.end() ? nearest(key, known) : *elsewhere;
}

std::string env_name(std::string_view key) {
    std::string name{"RONDO_"};
    for (const char c : key) {
        if (c == '.') name += "__";
        else name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    return name;
}

std::string_view nearest_env(std::string_view name, const std::vector<std::string_view>& known) {
    const auto wanted = squeezed(name);
    const auto same = [&](std::string_view candidate) {
        const auto other = squeezed(candidate);
        return other == wanted || (!wanted.empty() && other.ends_with('_' + wanted));
    };
    if (const auto found = std::ranges::find_if(known, same); found != known.end()) return *found;
    return nearest(name, known);
}
}  // namespace rondo::config
