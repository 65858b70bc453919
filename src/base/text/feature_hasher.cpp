#include "base/text/feature_hasher.hpp"

#include "base/text/fold.hpp"
#include "base/text/utf8.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstdlib>
#include <span>

namespace rondo::text {
namespace {
enum class Family : std::uint32_t { word, word_pair, gram, ideograph, near_words };

/// Letter n-grams and words that are merely near are many and repeat what the words say, so each counts for less.
constexpr std::array kFamilyWeight{1.0F, 0.8F, 0.5F, 1.0F, 0.6F};

constexpr std::size_t kShortestGram = 2;
constexpr std::size_t kLongestGram = 4;
constexpr std::size_t kNear = 7;  // words

constexpr std::uint64_t start(Family family) { return 0x9E3779B97F4A7C15ULL * (static_cast<std::uint64_t>(family) + 1); }
constexpr std::uint64_t extend(std::uint64_t hash, std::uint64_t value) {
    hash = (hash ^ value) * 0xD6E8FEB86659FD93ULL;
    return hash ^ (hash >> 32U);
}

/// Collects features as integers that sort by bucket: bucket | family (3 bits) | sign (1 bit).
class Collector {
public:
    Collector(unsigned bits, std::size_t expected) : bits_{bits} { keys_.reserve(expected); }

    void add(Family family, std::uint64_t hash) {
        hash = extend(hash, 0x5851F42D4C957F2DULL);  // a last round: short inputs have not reached the top bits yet
        const auto bucket = static_cast<std::uint32_t>(hash >> (64U - bits_));
        keys_.push_back(bucket << 4U | static_cast<std::uint32_t>(family) << 1U | static_cast<std::uint32_t>(hash & 1U));
    }
    void finish(std::vector<Feature>& out) {
        std::ranges::sort(keys_);
        for (std::size_t i = 0; i < keys_.size();) {
            const std::uint32_t bucket = keys_[i] >> 4U;
            const float weight = kFamilyWeight[(keys_[i] >> 1U) & 7U];
            int count = 0;
            for (; i < keys_.size() && keys_[i] >> 4U == bucket; ++i) count += (keys_[i] & 1U) != 0 ? 1 : -1;
            if (count == 0) continue;
            const int n = std::abs(count);
            const float tf = n == 1 ? 1.0F : 1.0F + std::log(static_cast<float>(n));
            out.push_back({bucket, std::copysign(weight * tf, static_cast<float>(count))});
        }
    }

private:
    unsigned bits_;
    std::vector<std::uint32_t> keys_;
};

/// `line` is the words with a space before, between and behind them.
void add_grams(std::span<const char32_t> line, Collector& out) {
    for (std::size_t from = 0; from + kShortestGram <= line.size(); ++from) {
        const std::size_t longest = std::min(kLongestGram, line.size() - from);
        std::uint64_t hash = start(Family::gram);
        for (std::size_t n = 1; n <= longest; ++n) {
            hash = extend(hash, line[from + n - 1]);
            if (n >= kShortestGram) out.add(Family::gram, hash);
        }
    }
}
/// The last word of `words` with each word before it that is near, in whichever order they stand.
void add_near_words(std::span<const std::uint64_t> words, Collector& out) {
    const std::uint64_t last = words.back();
    for (const std::uint64_t other : words.first(words.size() - 1).last(std::min(kNear, words.size() - 1))) {
        out.add(Family::near_words, extend(extend(start(Family::near_words), std::min(other, last)), std::max(other, last)));
    }
}
}  // namespace

FeatureHasher::FeatureHasher(Config config) : config_{config} { assert(config.bits >= 1 && config.bits <= 28); }

void FeatureHasher::features(std::string_view text, std::vector<Feature>& out) const {
    out.clear();
    std::vector<FoldedChar> chars;
    chars.reserve(std::min(text.size(), config_.max_bytes) + 1);
    fold_chars(prefix(text, config_.max_bytes), chars);
    chars.push_back({U' ', 0, Kind::separator});  // ends the last word

    Collector collector{config_.bits, 5 * chars.size()};
    std::vector<char32_t> line;
    line.reserve(chars.size() + 2);
    std::vector<std::uint64_t> words;  // hashes of the line's words
    std::uint64_t word = 0;            // hash of the word being read; 0: none
    char32_t ideograph = 0;            // the one just before this character
    const auto end_line = [&] {
        add_grams(line, collector);
        line.clear();
        words.clear();
    };
    for (const FoldedChar& c : chars) {
        if (c.kind == Kind::letter) {
            if (line.empty()) line.push_back(U' ');
            line.push_back(c.value);
            word = extend(word != 0 ? word : start(Family::word), c.value);
        } else if (word != 0) {
            line.push_back(U' ');
            collector.add(Family::word, word);
            if (!words.empty()) collector.add(Family::word_pair, extend(words.back(), word));
            words.push_back(word);
            add_near_words(words, collector);
            word = 0;
        }
        if (c.kind == Kind::ideograph) {
            end_line();
            collector.add(Family::ideograph, extend(start(Family::ideograph), c.value));
            if (ideograph != 0) collector.add(Family::ideograph, extend(extend(start(Family::ideograph), ideograph), c.value));
        }
        ideograph = c.kind == Kind::ideograph ? c.value : 0;
    }
    end_line();
    collector.finish(out);
    normalize(out);
}

void normalize(std::vector<Feature>& features) noexcept {
    float squares = 0;
    for (const Feature& f : features) squares += f.value * f.value;
    if (squares <= 0) return;
    const float scale = 1.0F / std::sqrt(squares);
    for (Feature& f : features) f.value *= scale;
}
}  // namespace rondo::text
