#include "talk/scenario/phrases.hpp"

#include "base/text/fold.hpp"

#include <algorithm>
#include <utility>

namespace rondo::scenario {
namespace {
bool word_byte(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }
/// A three-byte lead from E3 up starts CJK (kana, ideographs, Hangul, full-width forms); Latin and Greek lie below.
bool cjk_lead(char c) { return static_cast<unsigned char>(c) >= 0xE3U; }

bool ends_in_cjk(std::string_view text) {
    for (std::size_t i = text.size(); i-- > 0;) {
        if (!continuation(text[i])) return cjk_lead(text[i]);
    }
    return false;
}

bool on_word_edges(std::string_view text, std::size_t at, std::size_t length) {
    const std::size_t end = at + length;
    const bool cut_before = at > 0 && word_byte(text[at]) && word_byte(text[at - 1]);
    const bool cut_after = end < text.size() && word_byte(text[end - 1]) && word_byte(text[end]);
    return !cut_before && !cut_after;
}
}  // namespace

std::string comparable(std::string_view text) {
    const std::string folded = text::fold(text);
    std::string out;
    out.reserve(folded.size());
    for (std::size_t i = 0; i < folded.size(); ++i) {
        if (folded[i] == ' ' && (ends_in_cjk(out) || (i + 1 < folded.size() && cjk_lead(folded[i + 1])))) continue;
        out += folded[i];
    }
    return out;
}

Searchable::Searchable(std::string_view text) : text_{comparable(text)} {
    for (std::size_t at = 0; at + 3 <= text_.size(); ++at) triples_.set(place(text_, at));
    triples_.set(kPlaces);
}

/// Multiplicative hashing (Knuth, volume 3, 6.4) of the three bytes at `at`.
std::uint16_t Searchable::place(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[at + i])); };
    const std::uint32_t triple = byte(0) << 16U | byte(1) << 8U | byte(2);
    return static_cast<std::uint16_t>((triple * 2'654'435'761U) >> 22U);
}

Searchable::Sample Searchable::sample(std::string_view phrase) {
    if (phrase.size() < 3) return {kPlaces, kPlaces, kPlaces};
    const std::size_t last = phrase.size() - 3;
    return {place(phrase, 0), place(phrase, last / 2), place(phrase, last)};
}

Phrases::Phrases(const std::vector<std::string>& phrases, const std::vector<std::string>& except) {
    for (const std::string& phrase : phrases) {
        std::string text = comparable(phrase);
        const auto sample = Searchable::sample(text);
        if (!text.empty()) phrases_.push_back({std::move(text), sample});
    }
    for (const std::string& phrase : except) except_.push_back(comparable(phrase));
    std::erase(except_, "");
}

std::size_t Phrases::last_in(const Searchable& searched) const {
    const std::string_view text = searched.text();
    std::size_t last = std::string_view::npos;
    for (const auto& [phrase, sample] : phrases_) {
        if (!searched.may_hold(sample)) continue;
        for (std::size_t at = text.rfind(phrase); at != std::string_view::npos;
             at = at == 0 ? std::string_view::npos : text.rfind(phrase, at - 1)) {
            if (last != std::string_view::npos && at <= last) break;
            if (!on_word_edges(text, at, phrase.size()) || excepted(text, at, phrase.size())) continue;
            last = at;
            break;
        }
    }
    return last;
}

bool Phrases::excepted(std::string_view text, std::size_t at, std::size_t length) const {
    return std::ranges::any_of(except_, [&](const std::string& phrase) {
        for (std::size_t from = text.find(phrase); from <= at && from != std::string_view::npos; from = text.find(phrase, from + 1)) {
            if (from + phrase.size() >= at + length) return true;
        }
        return false;
    });
}

std::size_t code_points(std::string_view utf8) {
    return static_cast<std::size_t>(std::ranges::count_if(utf8, [](char c) { return !continuation(c); }));
}
}  // namespace rondo::scenario
