#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Folding: one spelling for what a person would call the same text. It is for comparing, never for showing.
///
/// Full-width ASCII (U+FF01-FF5E) and the ideographic space become ASCII; typographic and Chinese full stops, commas and
/// quotes become their ASCII counterparts; Latin, Greek and Cyrillic capitals become small letters (simple, locale-free);
/// zero-width characters vanish. Han, kana and hangul stay. Accents stay, and so do decomposed sequences: no NFC here.
namespace rondo::text {
/// The folded form of one code point; 0 for a character that vanishes.
[[nodiscard]] char32_t fold(char32_t c) noexcept;

/// Folds a text; malformed bytes become U+FFFD. Idempotent.
[[nodiscard]] std::string fold(std::string_view utf8);

/// What a folded character is to a search engine or a classifier.
enum class Kind : std::uint8_t {
    separator,    ///< space, punctuation (Chinese too), symbol, emoji, control, U+FFFD
    letter,       ///< part of a space-separated word: letters, digits, marks
    ideograph,    ///< a script written without spaces: Han, kana, bopomofo; hangul too, whose syllables work as well
};

[[nodiscard]] Kind kind(char32_t folded) noexcept;

struct FoldedChar {
    char32_t value;
    std::uint32_t offset;  ///< of the character's first byte in the original text
    Kind kind;
};

/// Folds into characters that remember where they came from. Replaces what `out` held. An apostrophe between two letters
/// vanishes, so that "don't", "don’t" and "dont" are one word. Precondition: text.size() < 2^32.
void fold_chars(std::string_view text, std::vector<FoldedChar>& out);
}  // namespace rondo::text
