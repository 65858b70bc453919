#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

/// Inside of LinearClassifier: what its two kinds of descent see.
namespace rondo::text {
/// tf-idf vectors of unit length by row of the model, one after the other.
struct TrainingMatrix {
    struct Cell {
        std::uint32_t row;
        float value;
    };
    std::size_t rows{0};               ///< of the model
    std::size_t width{0};              ///< labels
    std::vector<Cell> cells;
    std::vector<std::size_t> starts{0};  ///< text i has the cells starts[i] .. starts[i + 1]
    std::vector<int> labels;           ///< a text; negative: none of the labels

    [[nodiscard]] std::size_t texts() const noexcept { return labels.size(); }
    [[nodiscard]] std::span<const Cell> text(std::size_t i) const noexcept {
        return std::span{cells}.subspan(starts[i], starts[i + 1] - starts[i]);
    }
};

/// Weights that are being learned.
struct DenseWeights {
    std::vector<float> weights;  ///< rows x width
    std::vector<float> bias;     ///< a label

    explicit DenseWeights(const TrainingMatrix& matrix) : weights(matrix.rows * matrix.width), bias(matrix.width) {}

    /// Replaces `margins` by the bias plus the weighted rows of a text.
    void score(std::span<const TrainingMatrix::Cell> text, std::vector<float>& margins) const {
        margins = bias;
        for (const auto& cell : text) {
            const float* row = weights.data() + cell.row * bias.size();
            for (std::size_t c = 0; c < bias.size(); ++c) margins[c] += cell.value * row[c];
        }
    }
};
}  // namespace rondo::text
