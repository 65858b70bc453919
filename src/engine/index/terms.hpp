#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

/// Inside of TextIndex: what a text is searched by.
namespace rondo::index {
struct Term {
    enum class Kind : std::uint8_t {
        word,       ///< folded; English plurals in the singular (Harman's S-stemmer)
        ideograph,  ///< one of several in a row
        lone,       ///< an ideograph without an ideograph beside it; same key as any other
        pair,       ///< two adjacent ideographs
    };
    std::uint64_t key;     ///< hash, never 0; equal terms have equal keys, others practically never
    std::uint32_t offset;  ///< of its first byte in the text
    Kind kind;
};

/// Replaces `out` by the terms of a text in order of offset. Accepts any bytes. Precondition: text.size() < 2^32.
void find_terms(std::string_view text, std::vector<Term>& out);
}  // namespace rondo::index
