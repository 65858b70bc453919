#include "base/text/dual_descent.hpp"

#include <algorithm>
#include <cmath>

namespace rondo::text {
namespace {
constexpr float kCost = 1.0F;               // of a unit of squared hinge loss against half the squared length of the weights
constexpr float kBiasFeature = 1.0F;        // the value of the feature whose weight is the bias
constexpr float kSmallestGradient = 1e-3F;  // a dual variable nearer to its optimum rests
}  // namespace

DualDescent::DualDescent(const TrainingMatrix& matrix)
    : matrix_{matrix}, learned_{matrix}, dual_(matrix.texts() * matrix.width), margins_(matrix.width) {
    for (std::size_t i = 0; i < matrix.texts(); ++i) {
        float squares = kBiasFeature * kBiasFeature;
        for (const auto& cell : matrix.text(i)) squares += cell.value * cell.value;
        squares_.push_back(squares);
    }
}

bool DualDescent::step(std::size_t text) {
    learned_.score(matrix_.text(text), margins_);
    choose_moves(text);
    for (const Move& move : moves_) learned_.bias[move.label] += kBiasFeature * kBiasFeature * move.by;
    for (const auto& cell : matrix_.text(text)) {
        float* row = learned_.weights.data() + cell.row * matrix_.width;
        for (const Move& move : moves_) row[move.label] += cell.value * move.by;
    }
    return !moves_.empty();
}

void DualDescent::choose_moves(std::size_t text) {
    constexpr float kDiagonal = 0.5F / kCost;
    moves_.clear();
    float* dual = dual_.data() + text * matrix_.width;
    for (std::size_t c = 0; c < matrix_.width; ++c) {
        const float sign = matrix_.labels[text] == static_cast<int>(c) ? 1.0F : -1.0F;
        const float gradient = sign * margins_[c] - 1.0F + kDiagonal * dual[c];
        // Most texts lie beyond the margin of most labels; leaving those pairs out is what makes training fast.
        if (std::abs(dual[c] == 0 ? std::min(gradient, 0.0F) : gradient) < kSmallestGradient) continue;
        const float moved = std::max(dual[c] - gradient / (squares_[text] + kDiagonal), 0.0F);
        if (moved == dual[c]) continue;
        moves_.push_back({static_cast<std::uint32_t>(c), sign * (moved - dual[c])});
        dual[c] = moved;
    }
}
}  // namespace rondo::text
