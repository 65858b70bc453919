#pragma once
#include "base/money.hpp"

#include <cstddef>
#include <string_view>

namespace rondo::text {
/// Counts tokens the way the embedded provider bills them: a fixed rule instead of a vocabulary, close to what common
/// sub-word tokenizers give for Chinese and English.
///
/// - An ideograph (Han, kana, hangul) is one token.
/// - Other letters: a word is cut into tokens of up to 4 characters, digits into tokens of up to 3; words end where
///   digits begin and the other way round.
/// - Any other character (punctuation, symbol, emoji, a run of malformed bytes that decodes to one U+FFFD) is one token.
/// - White space: one space belongs to the word, number or mark behind it; any other run is a token of up to 16 characters.
///
/// A text's pieces are its tokens: not empty, whole characters, in order, together exactly the text's bytes. A piece
/// depends on nothing before it. Pure and thread-safe.
class TokenCounter {
public:
    [[nodiscard]] Tokens count(std::string_view text) const noexcept;

    /// Calls `sink(piece)` for each piece; the views point into `text`.
    template <class Sink>
    void split(std::string_view text, Sink&& sink) const {
        while (!text.empty()) {
            const std::size_t length = first(text);
            sink(text.substr(0, length));
            text.remove_prefix(length);
        }
    }

    /// Bytes of the first piece; 0 only for an empty text.
    [[nodiscard]] static std::size_t first(std::string_view text) noexcept;
};
}  // namespace rondo::text
