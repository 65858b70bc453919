#include "talk/scenario/slot_table.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace rondo::scenario {
namespace {
constexpr std::size_t kMinEcho = 4;       // code points; shorter is "ok" or "嗯"
constexpr std::size_t kMinSentence = 8;

/// Marks that end a sentence; a Latin one must be followed by a space or the end ("3.5" goes on).
constexpr std::array<std::string_view, 8> kSentenceEnds{"。", "！", "？", "；", ".", "!", "?", "\n"};
constexpr std::array<std::string_view, 14> kClauseEnds{"。", "！", "？", "；", "，", "：", ".", "!", "?", ";", ",", ":", "\n", "…"};

/// Calls `visit(part, end_mark)` for each part of `text`; parts are trimmed and not empty.
template <std::size_t N, class Visit>
void split(std::string_view text, const std::array<std::string_view, N>& marks, Visit visit) {
    const auto trim = [](std::string_view part) {
        constexpr std::string_view kBlank = " \t\r\n\"";
        const std::size_t first = part.find_first_not_of(kBlank);
        return first == std::string_view::npos ? std::string_view{} : part.substr(first, part.find_last_not_of(kBlank) - first + 1);
    };
    std::size_t begin = 0;
    for (std::size_t i = 0; i < text.size();) {
        const auto mark = std::ranges::find_if(marks, [&](std::string_view m) { return text.substr(i).starts_with(m); });
        const bool ends = mark != marks.end() && (mark->size() > 1 || i + 1 == text.size() || text[i] == '\n' || text[i + 1] == ' ');
        if (!ends) {
            ++i;
            continue;
        }
        if (const auto part = trim(text.substr(begin, i - begin)); !part.empty()) visit(part, *mark);
        begin = i += mark->size();
    }
    if (const auto part = trim(text.substr(begin)); !part.empty()) visit(part, std::string_view{});
}

/// Pairs of neighbouring bytes: enough to compare a sentence with a question in any language.
std::set<std::pair<char, char>> byte_pairs(std::string_view text) {
    std::set<std::pair<char, char>> pairs;
    for (std::size_t i = 1; i < text.size(); ++i) pairs.emplace(text[i - 1], text[i]);
    return pairs;
}
}  // namespace

bool SlotTable::add_fixed(const std::string& name, std::string text) { return fixed_.try_emplace(name, std::move(text)).second; }

bool SlotTable::add_tracked(const std::string& name, std::string otherwise, std::vector<Value> values) {
    if (!add_fixed(name, std::move(otherwise))) return false;
    tracked_.emplace(name, std::move(values));
    return true;
}

Slots SlotTable::fill(std::span<const std::string> user_texts) const {
    Slots slots = fixed_;
    std::size_t open = tracked_.size();
    std::set<std::string_view> settled;
    for (std::size_t i = user_texts.size(); i-- > 0 && open > 0;) {
        const std::string text = comparable(user_texts[i]);
        for (const auto& [name, values] : tracked_) {
            if (settled.contains(name)) continue;
            std::size_t last = std::string_view::npos;
            for (const Value& value : values) {
                const std::size_t at = value.cues.last_in(text);
                if (at == std::string_view::npos || (last != std::string_view::npos && at <= last)) continue;
                last = at;
                slots[name] = value.text;
            }
            if (last == std::string_view::npos) continue;
            settled.insert(name);
            --open;
        }
    }
    return slots;
}

std::string echo_of(std::string_view text, std::size_t max_code_points) {
    std::string echo;
    split(text, kClauseEnds, [&](std::string_view clause, std::string_view) {
        const std::size_t length = code_points(clause);
        if (length >= kMinEcho && length <= max_code_points) echo = clause;
    });
    return echo;
}

std::string sentence_of(std::span<const std::string> sources, std::string_view query, std::size_t max_code_points) {
    const auto wanted = byte_pairs(comparable(query));
    std::string best;
    double best_score = -1;
    for (const std::string& source : sources) {
        split(source, kSentenceEnds, [&](std::string_view sentence, std::string_view end) {
            const std::size_t length = code_points(sentence);
            // Headings and list marks are not sentences to say aloud.
            if (length < kMinSentence || length > max_code_points || sentence.starts_with('#') || end.empty()) return;
            const auto pairs = byte_pairs(comparable(sentence));
            const auto shared = std::ranges::count_if(pairs, [&](const auto& pair) { return wanted.contains(pair); });
            const double score = static_cast<double>(shared) / static_cast<double>(pairs.size() + 1);
            if (score <= best_score) return;
            best_score = score;
            best = sentence;
        });
    }
    return best;
}
}  // namespace rondo::scenario
