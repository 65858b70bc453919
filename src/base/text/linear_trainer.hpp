#pragma once
#include "base/text/feature_hasher.hpp"
#include "base/text/linear_model.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

/// Inside of LinearClassifier: stochastic training.
namespace rondo::text {
/// A text as the trainer sees it.
struct Sample {
    std::vector<Feature> features;
    int label;
};

struct TrainerConfig {
    std::uint64_t seed;
    int epochs;
    unsigned bits;
    std::size_t max_model_bytes;
};

/// Fits idf, weights and bias to `samples[i]` for i in `chosen`; leaves temperature and threshold at their defaults.
/// Same arguments, same model.
[[nodiscard]] LinearModel fit(std::span<const Sample> samples, std::span<const std::uint32_t> chosen, std::size_t labels,
                              const TrainerConfig& config);
}  // namespace rondo::text
