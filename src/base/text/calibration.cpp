#include "base/text/calibration.hpp"

#include "base/rng.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>

namespace rondo::text {
namespace {
struct Plan {
    std::size_t folds;
    std::size_t used;  // of the folds; the rest is never held out
};

Plan plan(std::size_t samples) {
    if (samples <= 500) return {8, 8};
    if (samples <= 2'000) return {5, 5};
    return {10, 1};
}

/// The fold of each sample, dealt out label by label in shuffled order; `plan.folds` for one that is alone in its label.
std::vector<std::size_t> deal(std::span<const Sample> samples, std::size_t labels, std::size_t folds, Rng& rng) {
    std::vector<std::vector<std::size_t>> by_label(labels);
    for (std::size_t i = 0; i < samples.size(); ++i) by_label[static_cast<std::size_t>(samples[i].label)].push_back(i);
    std::vector<std::size_t> fold(samples.size(), folds);
    std::size_t next = 0;
    for (auto& members : by_label) {
        if (members.size() < 2) continue;
        for (std::size_t i = members.size(); i > 1; --i) std::swap(members[i - 1], members[rng.below(i)]);
        for (const std::size_t member : members) fold[member] = next++ % folds;
    }
    return fold;
}

double log_loss(std::span<const HeldOut> held_out, float temperature) {
    double loss = 0;
    for (const HeldOut& text : held_out) {
        std::vector<float> p = text.scores.logits;
        softmax(p, temperature);
        loss -= std::log(std::max(p[static_cast<std::size_t>(text.label)], 1e-12F));
    }
    return loss;
}

/// Golden-section search over the logarithm; the loss has one minimum in 1/temperature.
float best_temperature(std::span<const HeldOut> held_out) {
    const double ratio = (std::sqrt(5.0) - 1) / 2;
    double low = std::log(0.05);
    double high = std::log(20.0);
    const auto loss = [&](double x) { return log_loss(held_out, static_cast<float>(std::exp(x))); };
    double left = high - ratio * (high - low);
    double right = low + ratio * (high - low);
    double at_left = loss(left);
    double at_right = loss(right);
    while (high - low > 0.01) {
        if (at_left < at_right) {
            high = right;
            right = left;
            at_right = at_left;
            left = high - ratio * (high - low);
            at_left = loss(left);
        } else {
            low = left;
            left = right;
            at_left = at_right;
            right = low + ratio * (high - low);
            at_right = loss(right);
        }
    }
    return static_cast<float>(std::exp((low + high) / 2));
}

/// The value that a share of `values` (not empty) lies below.
double quantile(std::vector<double> values, double share) {
    const auto at = std::min(values.size() - 1, static_cast<std::size_t>(share * static_cast<double>(values.size())));
    std::ranges::nth_element(values, values.begin() + static_cast<std::ptrdiff_t>(at));
    return values[at];
}
}  // namespace

std::vector<HeldOut> hold_out(std::span<const Sample> samples, std::size_t labels, const TrainerConfig& config) {
    const auto [folds, used] = plan(samples.size());
    Rng rng{mix(config.seed, folds)};
    const auto fold = deal(samples, labels, folds, rng);
    std::vector<HeldOut> result;
    for (std::size_t left_out = 0; left_out < used; ++left_out) {
        std::vector<std::uint32_t> chosen;
        for (std::size_t i = 0; i < samples.size(); ++i) {
            if (fold[i] != left_out) chosen.push_back(static_cast<std::uint32_t>(i));
        }
        if (chosen.empty() || chosen.size() == samples.size()) continue;
        const LinearModel model = fit(samples, chosen, labels, config);
        for (std::size_t i = 0; i < samples.size(); ++i) {
            if (fold[i] == left_out) result.push_back({model.score(samples[i].features), samples[i].label});
        }
    }
    return result;
}

void calibrate(LinearModel& model, std::span<const HeldOut> held_out, double rejected) {
    if (held_out.empty()) return;
    model.temperature = best_temperature(held_out);
    std::vector<double> scores;
    std::vector<double> known;
    for (const HeldOut& text : held_out) {
        std::vector<float> p = text.scores.logits;
        softmax(p, model.temperature);
        const auto best = std::ranges::max_element(p);
        if (std::distance(p.begin(), best) != text.label) continue;  // says nothing about how in-scope texts look
        scores.push_back(out_of_scope_score(*best, text.scores.known));
        known.push_back(text.scores.known);
    }
    if (scores.empty()) return;
    // The bounds keep a lucky or unlucky handful of examples from letting everything in or out.
    model.oos_threshold = static_cast<float>(std::clamp(quantile(scores, 1 - rejected), 0.3, 0.95));
    model.least_known = static_cast<float>(std::clamp(0.5 * quantile(known, 0.01), 0.02, 0.2));
}
}  // namespace rondo::text
