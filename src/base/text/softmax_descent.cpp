#include "base/text/softmax_descent.hpp"

#include "base/text/linear_model.hpp"

#include <cmath>

namespace rondo::text {
namespace {
constexpr float kLearningRate = 0.2F;
constexpr float kBiasRate = 0.1F;  // the bias is in every text; it would run ahead of the words
constexpr float kDropped = 0.3F;   // share of a text's features
constexpr float kSmallestGradient = 3e-3F;

void descend(float& weight, float& squares, float gradient, float rate) {
    squares += gradient * gradient;
    weight -= rate * gradient / std::sqrt(squares + 1e-8F);
}
}  // namespace

SoftmaxDescent::SoftmaxDescent(const TrainingMatrix& matrix, Rng& rng)
    : matrix_{matrix}, rng_{rng}, learned_{matrix}, squares_{matrix}, gradients_(matrix.width) {}

void SoftmaxDescent::step(std::size_t text, float rate) {
    kept_.clear();
    for (const auto& [row, value] : matrix_.text(text)) {
        if (rng_.uniform() >= kDropped) kept_.push_back({row, value / (1 - kDropped)});  // as long as the whole text on average
    }
    learned_.score(kept_, gradients_);
    softmax(gradients_, 1.0F);
    if (const int label = matrix_.labels[text]; label >= 0) {
        gradients_[static_cast<std::size_t>(label)] -= 1.0F;
    } else {
        for (float& gradient : gradients_) gradient -= 1.0F / static_cast<float>(matrix_.width);
    }
    // After the first passes most labels are settled for most texts; leaving them out makes training several times faster.
    active_.clear();
    for (std::size_t c = 0; c < matrix_.width; ++c) {
        if (std::abs(gradients_[c]) > kSmallestGradient) active_.push_back(static_cast<std::uint32_t>(c));
    }
    rate *= kLearningRate;
    for (const auto& cell : kept_) {
        float* weights = learned_.weights.data() + cell.row * matrix_.width;
        float* squares = squares_.weights.data() + cell.row * matrix_.width;
        for (const std::uint32_t c : active_) descend(weights[c], squares[c], gradients_[c] * cell.value, rate);
    }
    for (const std::uint32_t c : active_) descend(learned_.bias[c], squares_.bias[c], kBiasRate * gradients_[c], rate);
}
}  // namespace rondo::text
