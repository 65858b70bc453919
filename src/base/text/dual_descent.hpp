#pragma once
#include "base/text/training_matrix.hpp"

/// Inside of LinearClassifier: the support vector machines.
namespace rondo::text {
/// One-vs-rest support vector machines with squared hinge loss, all labels at once, by coordinate descent in the dual
/// (Hsieh et al. 2008). A text without a label is a negative example of every one. `matrix` must outlive it; takes
/// 4 bytes for each text and label beside the weights.
class DualDescent {
public:
    explicit DualDescent(const TrainingMatrix& matrix);

    /// True when a dual variable moved; when none does for any text, the optimum is reached.
    bool step(std::size_t text);
    [[nodiscard]] const DenseWeights& learned() const noexcept { return learned_; }

private:
    struct Move {
        std::uint32_t label;
        float by;
    };
    void choose_moves(std::size_t text);

    const TrainingMatrix& matrix_;
    DenseWeights learned_;
    std::vector<float> dual_;     // texts x labels, >= 0
    std::vector<float> squares_;  // a text: its squared length, the bias feature included
    std::vector<float> margins_;
    std::vector<Move> moves_;
};
}  // namespace rondo::text
