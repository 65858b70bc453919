#pragma once
#include "base/rng.hpp"
#include "base/text/training_matrix.hpp"

/// Inside of LinearClassifier: the logistic regression.
namespace rondo::text {
/// Multinomial logistic regression by AdaGrad, one text a step, with dropout: a step sees only some of a text's features, so
/// that no label comes to lean on a single word. A text without a label should be as likely under each.
/// `matrix` and `rng` must outlive it.
class SoftmaxDescent {
public:
    SoftmaxDescent(const TrainingMatrix& matrix, Rng& rng);

    /// `rate`: of the learning, 0..1 of its usual size; let it fall to nearly 0 towards the end.
    void step(std::size_t text, float rate);
    [[nodiscard]] const DenseWeights& learned() const noexcept { return learned_; }

private:
    const TrainingMatrix& matrix_;
    Rng& rng_;
    DenseWeights learned_;
    DenseWeights squares_;  // sums of squared gradients
    std::vector<TrainingMatrix::Cell> kept_;
    std::vector<float> gradients_;
    std::vector<std::uint32_t> active_;  // labels with a gradient worth a step
};
}  // namespace rondo::text
