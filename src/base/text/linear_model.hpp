#pragma once
#include "base/text/feature_hasher.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

/// Inside of LinearClassifier: the trained numbers and how they score a text.
namespace rondo::text {
/// Which row, if any, belongs to a feature bucket. A sorted array with a directory of its leading bits: a lookup touches
/// about one entry of each, and memory follows the number of rows, not of buckets.
class RowMap {
public:
    static constexpr std::size_t kNone = ~std::size_t{0};

    RowMap() = default;
    /// `buckets`: strictly rising, below 2^bits. A row is the position in it.
    RowMap(std::vector<std::uint32_t> buckets, unsigned bits);

    [[nodiscard]] std::size_t find(std::uint32_t bucket) const noexcept;
    [[nodiscard]] const std::vector<std::uint32_t>& buckets() const noexcept { return buckets_; }
    [[nodiscard]] std::size_t size() const noexcept { return buckets_.size(); }
    [[nodiscard]] std::size_t memory_bytes() const noexcept { return 4 * (buckets_.capacity() + directory_.capacity()); }

private:
    std::vector<std::uint32_t> buckets_;
    std::vector<std::uint32_t> directory_{0, 0};  // directory_[p]: first row whose bucket >> shift_ >= p
    unsigned shift_{31};
};

/// Which labels' examples have each feature: one bit for every row and label.
class SeenWith {
public:
    SeenWith() = default;
    SeenWith(std::size_t rows, std::size_t labels) : row_bytes_{row_bytes(labels)}, bytes_(rows * row_bytes_) {}
    [[nodiscard]] static constexpr std::size_t row_bytes(std::size_t labels) noexcept { return (labels + 7) / 8; }

    void set(std::size_t row, std::size_t label) noexcept { bytes_[row * row_bytes_ + label / 8] |= bit(label); }
    [[nodiscard]] bool test(std::size_t row, std::size_t label) const noexcept {
        return (bytes_[row * row_bytes_ + label / 8] & bit(label)) != 0;
    }
    [[nodiscard]] std::vector<std::uint8_t>& bytes() noexcept { return bytes_; }
    [[nodiscard]] const std::vector<std::uint8_t>& bytes() const noexcept { return bytes_; }

private:
    static constexpr std::uint8_t bit(std::size_t label) noexcept { return static_cast<std::uint8_t>(1U << (label % 8)); }
    std::size_t row_bytes_{0};
    std::vector<std::uint8_t> bytes_;
};

struct LinearModel {
    /// One margin a label, and how much of the text the training has seen.
    struct Scores {
        std::vector<float> margins;
        std::size_t best{0};  ///< label with the largest margin
        float known{0};       ///< share of the text's squared tf-idf length on features with a row, 0..1
        float covered{0};     ///< the same on features that examples of `best` have; at most `known`
    };

    std::vector<std::string> labels;
    unsigned bits{22};                 ///< of the feature hasher
    RowMap rows;
    std::vector<float> idf;            ///< a row
    float unknown_idf{1};              ///< of a feature without a row
    std::vector<float> scale;          ///< a row: weight = scale x weights[row, label]
    std::vector<std::int8_t> weights;  ///< rows x labels
    SeenWith seen;                     ///< rows x labels
    std::vector<float> bias;           ///< a label
    float temperature{0.3F};           ///< of the softmax that makes margins probabilities, > 0
    float confidence_slope{1};         ///< on the log-odds of the largest probability ...
    float confidence_offset{0};        ///< ... makes it the share of texts that are labelled rightly
    float oos_threshold{0.9F};         ///< a higher out-of-scope score is out of scope
    float least_known{0.05F};          ///< so is a smaller known share

    [[nodiscard]] Scores score(std::span<const Feature> features) const;
    /// How often the best label is right when its probability is `p`; at least the share of a blind guess.
    [[nodiscard]] double confidence(double p) const noexcept;
    [[nodiscard]] std::size_t memory_bytes() const noexcept;
};

/// softmax(margins / temperature), in place.
void softmax(std::vector<float>& margins, float temperature) noexcept;

/// ln(p / (1 - p)), bounded to +-14 so that p = 1 has one.
[[nodiscard]] double log_odds(double p) noexcept;

/// 0..1, from the largest probability and the share of the text that its label's examples cover. Of the
/// combinations tried on public intent sets (labels held out, domains held out, texts of another set) this one separated
/// best or nearly so on each.
[[nodiscard]] double out_of_scope_score(double probability, double covered) noexcept;
}  // namespace rondo::text
