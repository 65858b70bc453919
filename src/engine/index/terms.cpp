#include "engine/index/terms.hpp"

#include "base/rng.hpp"
#include "base/text/fold.hpp"

#include <span>
#include <string_view>

namespace rondo::index {
namespace {
using text::FoldedChar;
using Chars = std::span<const FoldedChar>;

bool ends_with(Chars word, std::string_view ending) {
    if (word.size() < ending.size()) return false;
    const Chars tail = word.last(ending.size());
    for (std::size_t i = 0; i < ending.size(); ++i) {
        if (tail[i].value != static_cast<char32_t>(ending[i])) return false;
    }
    return true;
}

/// The singular's letters: the word without its last `drop` letters, and then `add` (0: nothing).
struct Stem {
    std::size_t drop{0};
    char32_t add{0};
};

Stem singular(Chars word) {
    if (word.size() <= 3 || !ends_with(word, "s")) return {};
    if (ends_with(word, "ies")) return ends_with(word, "eies") || ends_with(word, "aies") ? Stem{} : Stem{3, U'y'};
    if (ends_with(word, "es")) return ends_with(word, "aes") || ends_with(word, "ees") || ends_with(word, "oes") ? Stem{} : Stem{1};
    return ends_with(word, "us") || ends_with(word, "ss") ? Stem{} : Stem{1};
}

std::uint64_t key_of(Chars letters, std::uint64_t seed) {
    for (const FoldedChar& c : letters) seed = mix(seed, c.value);
    return seed;
}

void add_word(Chars word, std::vector<Term>& out) {
    const Stem stem = singular(word);
    std::uint64_t key = key_of(word.first(word.size() - stem.drop), 1);
    if (stem.add != 0) key = mix(key, stem.add);
    out.push_back({key | 1U, word.front().offset, Term::Kind::word});
}

void add_ideographs(Chars run, std::vector<Term>& out) {
    const auto one = run.size() == 1 ? Term::Kind::lone : Term::Kind::ideograph;
    for (std::size_t i = 0; i < run.size(); ++i) {
        out.push_back({key_of(run.subspan(i, 1), 2) | 1U, run[i].offset, one});
        if (i + 1 < run.size()) out.push_back({key_of(run.subspan(i, 2), 3) | 1U, run[i].offset, Term::Kind::pair});
    }
}
}  // namespace

void find_terms(std::string_view text, std::vector<Term>& out) {
    out.clear();
    std::vector<FoldedChar> chars;
    chars.reserve(text.size());
    text::fold_chars(text, chars);
    for (std::size_t from = 0; from < chars.size();) {
        std::size_t to = from + 1;
        while (to < chars.size() && chars[to].kind == chars[from].kind) ++to;
        const Chars run = Chars{chars}.subspan(from, to - from);
        if (run.front().kind == text::Kind::letter) add_word(run, out);
        if (run.front().kind == text::Kind::ideograph) add_ideographs(run, out);
        from = to;
    }
}
}  // namespace rondo::index
