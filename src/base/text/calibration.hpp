#pragma once
#include "base/text/linear_model.hpp"
#include "base/text/linear_trainer.hpp"

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

/// Inside of LinearClassifier: how much a score is to be believed.
namespace rondo::text {
/// How a model that had not seen a text scored it.
struct HeldOut {
    LinearModel::Scores scores;
    int label;  ///< the true one; negative: none of the labels
};

/// Scores texts by models trained without them: 8 or 5 folds for small sets, two tenths one by one for large ones. Folds are
/// stratified; the only example of a label is never held out, so the result may be empty. `progress` as in fit().
[[nodiscard]] std::vector<HeldOut> hold_out(std::span<const Sample> samples, std::size_t labels, const TrainerConfig& config,
                                            const std::function<void(double)>& progress = {});

/// Sets temperature (least log loss), confidence, out-of-scope threshold and least known share. `rejected`: the share of rightly
/// labelled texts that may fall out of scope, where no text without a label was held out to tell. Leaves the model's defaults where there
/// is nothing to learn from.
void calibrate(LinearModel& model, std::span<const HeldOut> held_out, double rejected);
}  // namespace rondo::text
