#include "base/text/linear_classifier.hpp"

#include "base/text/calibration.hpp"
#include "base/text/feature_hasher.hpp"
#include "base/text/linear_codec.hpp"
#include "base/text/linear_model.hpp"
#include "base/text/linear_trainer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <set>

namespace rondo::text {
namespace {
using Example = LinearClassifier::Example;

void check_config(const LinearClassifier::TrainConfig& config, std::vector<Fault>& faults) {
    if (config.epochs < 1 || config.epochs > 1'000) faults.push_back({"epochs", "must be 1 to 1000"});
    if (config.bits < 8 || config.bits > 28) faults.push_back({"bits", "must be 8 to 28"});
    if (!(config.in_scope_rejected >= 0 && config.in_scope_rejected <= 0.5)) faults.push_back({"in_scope_rejected", "must be 0 to 0.5"});
}

void check_labels(const std::vector<std::string>& labels, std::vector<Fault>& faults) {
    if (labels.empty()) faults.push_back({"labels", "name at least one label"});
    if (labels.size() > LinearClassifier::kMaxLabels)
        faults.push_back({"labels", fmt::format("at most {} labels", LinearClassifier::kMaxLabels)});
    std::set<std::string_view> seen;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        if (labels[i].empty()) faults.push_back({fmt::format("labels/{}", i), "is empty"});
        if (!seen.insert(labels[i]).second) faults.push_back({fmt::format("labels/{}", i), "repeats an earlier label"});
    }
}

std::vector<Sample> make_samples(std::span<const Example> examples, std::size_t labels, unsigned bits, std::vector<Fault>& faults) {
    const FeatureHasher hasher{{.bits = bits}};
    std::vector<Sample> samples(examples.size());
    std::vector<bool> met(labels);
    for (std::size_t i = 0; i < examples.size(); ++i) {
        const auto label = static_cast<std::size_t>(examples[i].label);
        samples[i].label = examples[i].label;
        hasher.features(examples[i].text, samples[i].features);
        if (examples[i].label == Example::kOutOfScope) {
            // Bound to no label.
        } else if (examples[i].label < 0 || label >= labels) {
            faults.push_back({fmt::format("examples/{}", i), "its label is not one of the labels"});
        } else {
            met[label] = true;
        }
        if (samples[i].features.empty())
            faults.push_back({fmt::format("examples/{}", i), "has neither letters nor ideographs to learn from"});
    }
    for (std::size_t i = 0; i < labels; ++i) {
        if (!met[i]) faults.push_back({fmt::format("labels/{}", i), "has no example"});
    }
    return samples;
}
}  // namespace

Result<LinearClassifier> LinearClassifier::train(std::vector<std::string> labels, std::span<const Example> examples,
                                                 const TrainConfig& config) {
    const auto refuse = [](std::vector<Fault> faults) {
        return fail(Error{
            .code = Code::invalid_argument, .message = "the classifier cannot be trained; see `faults`", .faults = std::move(faults)});
    };
    std::vector<Fault> faults;
    check_config(config, faults);
    check_labels(labels, faults);
    if (examples.size() > kMaxExamples) faults.push_back({"examples", fmt::format("at most {} examples", kMaxExamples)});
    if (examples.size() * labels.size() > kMaxDuals)
        faults.push_back({"examples", fmt::format("at most {} examples for so many labels", kMaxDuals / labels.size())});
    if (!faults.empty()) return refuse(std::move(faults));
    const auto samples = make_samples(examples, labels.size(), config.bits, faults);
    if (!faults.empty()) return refuse(std::move(faults));

    const TrainerConfig trainer{
        .seed = config.seed, .epochs = config.epochs, .bits = config.bits, .max_model_bytes = config.max_model_bytes};
    const auto part = [&](double from, double share) -> Progress {
        if (!config.progress) return {};
        return [&config, from, share](double done) { config.progress(from + share * done); };
    };
    const auto held_out = hold_out(samples, labels.size(), trainer, part(0, 0.5));
    std::vector<std::uint32_t> all(samples.size());
    std::iota(all.begin(), all.end(), 0U);
    auto model = std::make_shared<LinearModel>(fit(samples, all, labels.size(), trainer, part(0.5, 0.5)));
    calibrate(*model, held_out, config.in_scope_rejected);
    model->labels = std::move(labels);
    return LinearClassifier{std::move(model)};
}

LinearClassifier::Prediction LinearClassifier::classify(std::string_view text) const {
    std::vector<Feature> features;
    FeatureHasher{{.bits = model_->bits}}.features(text, features);
    auto scores = model_->score(features);
    softmax(scores.margins, model_->temperature);
    const double probability = scores.margins[scores.best];
    const double oos = out_of_scope_score(probability, scores.covered);
    return {.label = static_cast<int>(scores.best),
            .confidence = model_->confidence(probability),
            .out_of_scope = oos > model_->oos_threshold || scores.known < model_->least_known,
            .oos_score = oos};
}

std::string LinearClassifier::serialize() const { return encode(*model_); }

Result<LinearClassifier> LinearClassifier::deserialize(std::string_view bytes) {
    auto model = decode_model(bytes);
    if (!model) return propagate(model);
    return LinearClassifier{std::make_shared<const LinearModel>(std::move(*model))};
}

const std::vector<std::string>& LinearClassifier::labels() const noexcept { return model_->labels; }

std::size_t LinearClassifier::memory_bytes() const noexcept { return model_->memory_bytes(); }
}  // namespace rondo::text
