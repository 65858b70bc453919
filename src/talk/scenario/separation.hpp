#pragma once
#include "talk/scenario/pack.hpp"

#include <string>
#include <vector>

namespace rondo::scenario {
/// How well a pack's intents are told apart: every example is classified by a model that was trained without it.
struct Separation {
    static constexpr int kFolds = 5;

    struct Confusion {
        std::string taken_for;
        int times{0};
        std::string example;  ///< the first one
    };
    /// examples = right + rejected + confused.
    struct Row {
        std::string intent;
        int examples{0};
        int right{0};
        int rejected{0};                     ///< told out of scope
        std::vector<Confusion> confusions;   ///< most frequent first
    };
    std::vector<Row> intents;  ///< in the pack's order

    [[nodiscard]] int examples() const;
    [[nodiscard]] int right() const;
    [[nodiscard]] int rejected() const;
};

/// Cross-validation in kFolds folds that hold every intent's share: the i-th example of an intent lies in fold i mod kFolds,
/// so the figure is the same on every machine. CPU-bound: as long as kFolds trainings.
/// Errors: those of text::LinearClassifier::train.
[[nodiscard]] Result<Separation> cross_validate(const ScenarioPack& pack);
}  // namespace rondo::scenario
