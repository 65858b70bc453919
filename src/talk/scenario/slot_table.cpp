#include "talk/scenario/slot_table.hpp"

#include <algorithm>
#include <array>
#include <bitset>
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
    std::array<bool, 256> may_begin{};  // most bytes begin no mark
    for (const auto mark : marks) may_begin[static_cast<unsigned char>(mark.front())] = true;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < text.size();) {
        if (!may_begin[static_cast<unsigned char>(text[i])]) {
            ++i;
            continue;
        }
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

/// A set of pairs of neighbouring bytes: enough to compare a sentence with a question in any language.
class BytePairs {
public:
    explicit BytePairs(std::string_view text) {
        for (std::size_t i = 1; i < text.size(); ++i) add(text, i);
    }
    /// How many different pairs of `text` there are, and how many of them are in `other`.
    struct Overlap {
        std::size_t pairs{0}, shared{0};
    };
    [[nodiscard]] static Overlap compare(std::string_view text, const BytePairs& other) {
        BytePairs seen{{}};
        Overlap overlap;
        for (std::size_t i = 1; i < text.size(); ++i) {
            if (!seen.add(text, i)) continue;
            ++overlap.pairs;
            if (other.bits_[index(text, i)]) ++overlap.shared;
        }
        return overlap;
    }

private:
    static std::size_t index(std::string_view text, std::size_t i) {
        return static_cast<std::size_t>(static_cast<unsigned char>(text[i - 1])) << 8U | static_cast<unsigned char>(text[i]);
    }
    bool add(std::string_view text, std::size_t i) {
        const std::size_t at = index(text, i);
        return !bits_[at] && (bits_[at] = true);
    }
    std::bitset<65'536> bits_;
};
}  // namespace

bool SlotTable::add_fixed(const std::string& name, std::string text) { return fixed_.try_emplace(name, std::move(text)).second; }

bool SlotTable::add_tracked(const std::string& name, std::string otherwise, std::vector<Value> values) {
    if (!add_fixed(name, std::move(otherwise))) return false;
    tracked_.emplace(name, std::move(values));
    return true;
}

Slots SlotTable::fill(std::span<const std::string_view> user_texts) const {
    Slots slots = fixed_;
    std::size_t open = tracked_.size();
    std::set<std::string_view> settled;
    for (std::size_t i = user_texts.size(); i-- > 0 && open > 0;) {
        const Searchable text{user_texts[i]};
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

std::string sentence_of(std::span<const std::string_view> sources, std::string_view query, std::size_t max_code_points) {
    const BytePairs wanted{comparable(query)};
    std::string best;
    double best_score = -1;
    for (const std::string_view source : sources) {
        split(source, kSentenceEnds, [&](std::string_view sentence, std::string_view end) {
            const std::size_t length = code_points(sentence);
            // Headings and list marks are not sentences to say aloud.
            if (length < kMinSentence || length > max_code_points || sentence.starts_with('#') || end.empty()) return;
            const auto [pairs, shared] = BytePairs::compare(comparable(sentence), wanted);
            const double score = static_cast<double>(shared) / static_cast<double>(pairs + 1);
            if (score <= best_score) return;
            best_score = score;
            best = sentence;
        });
    }
    return best;
}
}  // namespace rondo::scenario
