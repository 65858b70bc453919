#pragma once
#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rondo::text {
struct LinearModel;

/// Says which of a few hundred labels a short text belongs to, how sure that is, and when it belongs to none.
///
/// Multinomial logistic regression on hashed tf-idf features. A trained classifier is immutable: copies share it, const
/// use is thread-safe and takes no lock. Training is a pure function of labels, examples and configuration.
class LinearClassifier {
public:
    struct Example {
        std::string text;
        int label{0};  ///< index into the labels
    };

    struct TrainConfig {
        std::uint64_t seed{1};
        int epochs{25};                           ///< passes over the examples, 1..1000
        unsigned bits{22};                        ///< 2^bits feature buckets, 8..28; only those met cost memory
        double in_scope_rejected{0.05};           ///< share of in-scope texts that may be called out of scope, 0..0.5
        std::size_t max_model_bytes{18U << 20U};  ///< rare features are left out to stay below; training takes 9 times as much
    };

    struct Prediction {
        int label;          ///< the best label, also when out of scope
        double confidence;  ///< calibrated probability that `label` is right, given that one of the labels is
        bool out_of_scope;  ///< oos_score passed the threshold learned in training
        double oos_score;   ///< 0 (surely one of the labels) to 1 (nothing in common with any example)
    };

    /// Calibration uses texts the scored model has not seen: cross-validation for small sets, a hold-out for large ones.
    /// CPU-bound: some 50 ms for a hundred examples of ten labels, some 15 s for 15,000 of 150.
    /// Errors: `invalid_argument`, with a fault for each bad label (`labels/3`), example (`examples/17`) or setting.
    [[nodiscard]] static Result<LinearClassifier> train(std::vector<std::string> labels, std::span<const Example> examples,
                                                        const TrainConfig& config);

    [[nodiscard]] Prediction classify(std::string_view text) const;

    /// Portable bytes: versioned, checksummed, weights in 8 bits. The same model gives the same bytes.
    [[nodiscard]] std::string serialize() const;
    /// Errors: `data_loss` (damaged), `failed_precondition` (written by another version: train again).
    [[nodiscard]] static Result<LinearClassifier> deserialize(std::string_view bytes);

    [[nodiscard]] const std::vector<std::string>& labels() const noexcept;
    [[nodiscard]] std::size_t memory_bytes() const noexcept;  ///< of the model, shared by all copies

private:
    explicit LinearClassifier(std::shared_ptr<const LinearModel> model) : model_{std::move(model)} {}
    std::shared_ptr<const LinearModel> model_;  // never null
};
}  // namespace rondo::text
