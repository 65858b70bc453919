#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace rondo::text {
/// One coordinate of a sparse vector.
struct Feature {
    std::uint32_t bucket;
    float value;
    bool operator==(const Feature&) const = default;
};

/// Turns a text into a sparse vector of unit length without a vocabulary (the hashing trick).
///
/// Features of the folded text: ideographs one by one and in adjacent pairs; words, pairs of neighbouring words, pairs of
/// words at most 7 apart in either order, and the 2- to 4-grams of the words' letters, written with a space before, between
/// and behind the words so that beginnings and ends are marked. Each is hashed to a bucket and a sign, so that collisions cancel on
/// average; a bucket met n times weighs 1 + ln n (sublinear tf). Values depend on nothing but text and configuration: models may be stored.
/// Const use is thread-safe.
class FeatureHasher {
public:
    struct Config {
        unsigned bits{22};  ///< 2^bits buckets, 1..28
        std::size_t max_bytes{8'192};  ///< of the text that is read; what follows is ignored
    };

    FeatureHasher() : FeatureHasher(Config{}) {}
    explicit FeatureHasher(Config config);

    /// Replaces `out` by the features, by rising bucket; empty when the text has neither letter nor ideograph.
    void features(std::string_view text, std::vector<Feature>& out) const;

private:
    Config config_;
};

/// Scales to length 1; leaves the zero vector alone.
void normalize(std::vector<Feature>& features) noexcept;
}  // namespace rondo::text
