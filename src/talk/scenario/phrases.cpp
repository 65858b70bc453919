#include "talk/scenario/phrases.hpp"

#include "base/text/fold.hpp"

#include <algorithm>
#include <cstring>

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

Phrases::Phrases(const std::vector<std::string>& phrases, const std::vector<std::string>& except) {
    for (const std::string& phrase : phrases) phrases_.push_back(comparable(phrase));
    for (const std::string& phrase : except) except_.push_back(comparable(phrase));
    std::erase(phrases_, "");
    std::erase(except_, "");
}

std::size_t Phrases::last_in(std::string_view text) const {
    std::size_t last = std::string_view::npos;
    for (const std::string& phrase : phrases_) {
        // Nearly every phrase of a pack is absent from nearly every message, and memmem is the fastest to say so.
        if (memmem(text.data(), text.size(), phrase.data(), phrase.size()) == nullptr) continue;
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
