#pragma once
#include "base/text/feature_hasher.hpp"
#include "base/text/linear_model.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

/// Inside of LinearClassifier: training of the weights.
namespace rondo::text {
/// A text as the trainer sees it.
struct Sample {
    std::vector<Feature> features;
    int label;  ///< negative: none of the labels
};

struct TrainerConfig {
    std::uint64_t seed;
    int epochs;
    unsigned bits;
    std::size_t max_model_bytes;
};

/// Fits idf, weights and bias to `samples[i]` for i in `chosen`; leaves temperature and thresholds at their defaults.
/// Same arguments, same model. `progress` (may be empty) is told the share done after every pass.
[[nodiscard]] LinearModel fit(std::span<const Sample> samples, std::span<const std::uint32_t> chosen, std::size_t labels,
                              const TrainerConfig& config, const std::function<void(double)>& progress = {});
}  // namespace rondo::text
