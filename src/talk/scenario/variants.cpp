#include "talk/scenario/variants.hpp"

#include "base/rng.hpp"

#include <array>

namespace rondo::scenario {
std::uint64_t hash_text(std::string_view text, std::uint64_t from) noexcept {
    for (const char c : text) from = (from ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    return from;
}

Variants::Variants(std::string_view name, std::vector<LineTemplate> lines) : name_hash_{hash_text(name)}, lines_{std::move(lines)} {}

Variants::Choice Variants::best(const Pick& pick, const Slots& slots) const {
    Choice best;
    if (lines_.empty()) return best;
    // A walk round the set that starts one further each turn.
    const std::uint64_t start =
        mix(mix(name_hash_, hash_text(pick.session_id)), pick.seed) % lines_.size() + static_cast<unsigned>(pick.turn);
    for (std::size_t step = 0; step < lines_.size(); ++step) {
        const LineTemplate& line = lines_[(start + step) % lines_.size()];
        if (!line.can_render(slots)) continue;
        std::size_t age = 1;
        while (age <= pick.said.size() && !line.said_in(pick.said[pick.said.size() - age])) ++age;
        if (age > best.age) best = {&line, age};
    }
    return best;
}

const LineTemplate* Variants::choose(const Pick& pick, const Slots& slots) const { return best(pick, slots).line; }

const LineTemplate* Variants::choose_unsaid(const Pick& pick, const Slots& slots) const {
    const Choice choice = best(pick, slots);
    return choice.age > pick.said.size() ? choice.line : nullptr;
}

bool LineBook::add(const std::string& intent, const std::string& stage, std::vector<LineTemplate> lines) {
    return sets_.try_emplace({intent, stage}, intent + "/" + stage, std::move(lines)).second;
}

const LineTemplate* LineBook::choose(const std::string& intent, const std::string& stage, const Pick& pick, const Slots& slots) const {
    const LineTemplate* stale = nullptr;
    const std::array<std::pair<std::string, std::string>, 4> levels{{{intent, stage}, {intent, ""}, {"", stage}, {"", ""}}};
    for (const auto& level : levels) {
        const auto set = sets_.find(level);
        if (set == sets_.end()) continue;
        if (const LineTemplate* line = set->second.choose_unsaid(pick, slots)) return line;
        if (!stale) stale = set->second.choose(pick, slots);
    }
    return stale;
}

std::vector<std::string> LineBook::samples(std::size_t most, const Slots& slots) const {
    std::vector<std::string> out;
    for (std::size_t nth = 0, more = 1; more != 0 && out.size() < most; ++nth) {
        more = 0;
        for (const auto& [key, set] : sets_) {
            if (nth >= set.lines().size() || out.size() == most) continue;
            ++more;
            if (set.lines()[nth].can_render(slots)) out.push_back(set.lines()[nth].render(slots));
        }
    }
    return out;
}
}  // namespace rondo::scenario
