#pragma once
#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rondo::text {
struct LinearModel;

/// Says which of a few hundred labels a short text belongs to, how sure that is, and when it belongs to none.
///
/// One-vs-rest support vector machines and a logistic regression on hashed tf-idf features, their weights added up and calibrated
/// to probabilities. A trained classifier is immutable: copies share it, const use is thread-safe and takes no lock. Training is
/// a pure function of labels, examples and configuration.
class LinearClassifier {
public:
    struct Example {
        std::string text;
        int label{0};  ///< index into the labels, or kOutOfScope

        static constexpr int kOutOfScope = -1;  ///< none of the labels; may be mixed in, teaches what to refuse
    };
    /// Told the share of the training that is done, rising to 1.
    using Progress = std::function<void(double)>;

    struct TrainConfig {
        std::uint64_t seed{1};
        int epochs{12};                           ///< at most so many passes over the examples for either, 1..1000
        unsigned bits{22};                        ///< 2^bits feature buckets, 8..28; only those met cost memory
        double in_scope_rejected{0.05};           ///< share of in-scope texts that may be called out of scope, 0..0.5
        std::size_t max_model_bytes{18U << 20U};  ///< rare features are left out to stay below; training takes 13 times as much
        Progress progress{};                      ///< called on the training thread after every pass; may be empty
    };

    struct Prediction {
        int label;          ///< the best label, also when out of scope
        double confidence;  ///< calibrated probability that `label` is right, given that one of the labels is
        bool out_of_scope;  ///< oos_score passed the threshold learned in training
        double oos_score;   ///< 0 (surely one of the labels) to 1 (nothing in common with any example)
    };

    static constexpr std::size_t kMaxExamples = 200'000;
    static constexpr std::size_t kMaxLabels = 4'096;
    static constexpr std::size_t kMaxDuals = 50'000'000;  ///< examples x labels; 4 bytes of memory each while training

    /// Calibration uses texts the scored model has not seen: cross-validation for small sets, a hold-out for large ones.
    /// Out-of-scope examples move its threshold to where they part best from the others; without any it lets through all but
    /// `in_scope_rejected` of the texts it labels rightly.
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
