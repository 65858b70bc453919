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
    return {10, 2};
}

/// The fold of each sample, dealt out label by label in shuffled order; `plan.folds` for one that is alone in its label.
std::vector<std::size_t> deal(std::span<const Sample> samples, std::size_t labels, std::size_t folds, Rng& rng) {
    std::vector<std::vector<std::size_t>> by_label(labels + 1);  // the last for texts without one
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const int label = samples[i].label;
        by_label[label < 0 ? labels : static_cast<std::size_t>(label)].push_back(i);
    }
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
        if (text.label < 0) continue;
        std::vector<float> p = text.scores.margins;
        softmax(p, temperature);
        loss -= std::log(std::max(p[static_cast<std::size_t>(text.label)], 1e-12F));
    }
    return loss;
}

/// Golden-section search over the logarithm; the loss has one minimum in 1/temperature.
float best_temperature(std::span<const HeldOut> held_out) {
    const double ratio = (std::sqrt(5.0) - 1) / 2;
    double low = std::log(0.01);
    double high = std::log(10.0);
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

/// Platt's logistic fit of "the best label is right" to the log-odds of its probability, by Newton's method. The pull
/// towards the identity (slope 1, offset 0), worth a few texts, keeps small sets from extremes.
void fit_confidence(LinearModel& model, std::span<const HeldOut> held_out) {
    constexpr double kPull = 4;
    struct Point {
        double odds;
        bool right;
    };
    std::vector<Point> points;
    for (const HeldOut& text : held_out) {
        if (text.label < 0) continue;
        std::vector<float> p = text.scores.margins;
        softmax(p, model.temperature);
        points.push_back({log_odds(p[text.scores.best]), static_cast<std::size_t>(text.label) == text.scores.best});
    }
    double slope = 1;
    double offset = 0;
    for (int round = 0; round < 20; ++round) {
        double g_slope = kPull * (slope - 1), g_offset = kPull * offset;
        double h_slope = kPull, h_both = 0, h_offset = kPull;
        for (const auto& [odds, right] : points) {
            const double p = 1 / (1 + std::exp(-(slope * odds + offset)));
            const double miss = p - (right ? 1 : 0);
            const double weight = p * (1 - p);
            g_slope += miss * odds;
            g_offset += miss;
            h_slope += weight * odds * odds;
            h_both += weight * odds;
            h_offset += weight;
        }
        const double determinant = h_slope * h_offset - h_both * h_both;  // > 0: both diagonals carry the pull
        slope -= (h_offset * g_slope - h_both * g_offset) / determinant;
        offset -= (h_slope * g_offset - h_both * g_slope) / determinant;
    }
    // A falling or runaway fit means that there was nothing to learn.
    if (!(slope > 0.05 && slope < 10 && std::abs(offset) < 10)) return;
    model.confidence_slope = static_cast<float>(slope);
    model.confidence_offset = static_cast<float>(offset);
}

/// The value that a share of `values` (not empty) lies below.
double quantile(std::vector<double> values, double share) {
    const auto at = std::min(values.size() - 1, static_cast<std::size_t>(share * static_cast<double>(values.size())));
    std::ranges::nth_element(values, values.begin() + static_cast<std::ptrdiff_t>(at));
    return values[at];
}

/// The threshold with the largest sum of the share of `in` at or below it and the share of `out` above it.
double best_threshold(std::vector<double> in, std::vector<double> out) {
    std::ranges::sort(in);
    std::ranges::sort(out);
    double best = in.back();
    double most = -1;
    std::size_t below = 0;
    for (std::size_t i = 0; i < in.size(); ++i) {
        while (below < out.size() && out[below] <= in[i]) ++below;
        const double sum = static_cast<double>(i + 1) / static_cast<double>(in.size()) +
                           static_cast<double>(out.size() - below) / static_cast<double>(out.size());
        if (sum > most) {
            most = sum;
            best = in[i];
        }
    }
    return best;
}
}  // namespace

std::vector<HeldOut> hold_out(std::span<const Sample> samples, std::size_t labels, const TrainerConfig& config,
                              const std::function<void(double)>& progress) {
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
        const auto part = [&](double done) { progress((static_cast<double>(left_out) + done) / static_cast<double>(used)); };
        const LinearModel model = fit(samples, chosen, labels, config, progress ? std::function<void(double)>{part} : nullptr);
        for (std::size_t i = 0; i < samples.size(); ++i) {
            if (fold[i] == left_out) result.push_back({model.score(samples[i].features), samples[i].label});
        }
    }
    return result;
}

void calibrate(LinearModel& model, std::span<const HeldOut> held_out, double rejected) {
    if (held_out.empty()) return;
    model.temperature = best_temperature(held_out);
    fit_confidence(model, held_out);
    std::vector<double> scores;
    std::vector<double> strange;
    std::vector<double> known;
    for (const HeldOut& text : held_out) {
        std::vector<float> p = text.scores.margins;
        softmax(p, model.temperature);
        const double score = out_of_scope_score(p[text.scores.best], text.scores.covered);
        if (text.label < 0) {
            strange.push_back(score);
        } else if (static_cast<std::size_t>(text.label) == text.scores.best) {
            // A text whose label was missed says nothing about how in-scope texts look.
            scores.push_back(score);
            known.push_back(text.scores.known);
        }
    }
    if (scores.empty()) return;
    // The bounds keep a lucky or unlucky handful of examples from letting everything in or out.
    const double threshold = strange.empty() ? quantile(scores, 1 - rejected) : best_threshold(scores, strange);
    model.oos_threshold = static_cast<float>(std::clamp(threshold, 0.3, 0.95));
    model.least_known = static_cast<float>(std::clamp(0.5 * quantile(known, 0.01), 0.02, 0.2));
}
}  // namespace rondo::text
