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

struct LinearModel {
    /// One logit a label, and how much of the text the training has seen.
    struct Scores {
        std::vector<float> logits;
        float known{0};  ///< share of the text's squared tf-idf length on features with a row, 0..1
    };

    std::vector<std::string> labels;
    unsigned bits{22};                 ///< of the feature hasher
    RowMap rows;
    std::vector<float> idf;            ///< a row
    float unknown_idf{1};              ///< of a feature without a row
    std::vector<float> scale;          ///< a row: weight = scale x weights[row, label]
    std::vector<std::int8_t> weights;  ///< rows x labels
    std::vector<float> bias;           ///< a label
    float temperature{1};              ///< > 1 where the training was surer than it had reason to be
    float oos_threshold{0.9F};         ///< a higher out-of-scope score is out of scope
    float least_known{0.05F};          ///< so is a smaller known share

    [[nodiscard]] Scores score(std::span<const Feature> features) const;
    [[nodiscard]] std::size_t memory_bytes() const noexcept;
};

/// softmax(logits / temperature), in place.
void softmax(std::vector<float>& logits, float temperature) noexcept;

/// 0..1, from the largest calibrated probability and the known share. Of the combinations tried on public intent sets
/// (within a domain and across domains) this one separated best or nearly so on each.
[[nodiscard]] double out_of_scope_score(double confidence, double known) noexcept;
}  // namespace rondo::text
