#include "base/text/linear_trainer.hpp"

#include "base/rng.hpp"
#include "base/text/dual_descent.hpp"
#include "base/text/softmax_descent.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace rondo::text {
namespace {
/// In large sets a feature met once is noise that costs a row.
constexpr std::size_t kSmallSet = 2'000;

/// Of the logistic regression's weights in a margin. Both kinds of weights are linear, so what they say together costs a
/// text no more than one of them, and it is right more often than either.
constexpr float kSoftmaxShare = 0.25F;

/// Gives rows to the features worth one and sets the idf.
void choose_rows(std::span<const Sample> samples, std::span<const std::uint32_t> chosen, const TrainerConfig& config, LinearModel& model) {
    std::vector<std::uint32_t> met;
    for (const std::uint32_t i : chosen) {
        for (const Feature& f : samples[i].features) met.push_back(f.bucket);
    }
    std::ranges::sort(met);
    struct Count {
        std::uint32_t bucket, texts;
    };
    std::vector<Count> counts;
    for (std::size_t i = 0; i < met.size();) {
        const std::size_t from = i;
        while (i < met.size() && met[i] == met[from]) ++i;
        counts.push_back({met[from], static_cast<std::uint32_t>(i - from)});
    }
    const std::size_t row_bytes = model.bias.size() + SeenWith::row_bytes(model.bias.size()) + 16;
    const std::size_t max_rows = std::max<std::size_t>(1, config.max_model_bytes / row_bytes);
    std::uint32_t least = chosen.size() < kSmallSet ? 1 : 2;  // a row is met in at least so many texts
    if (counts.size() > max_rows) {
        std::vector<std::uint32_t> texts;
        for (const Count& c : counts) texts.push_back(c.texts);
        const auto first_out = texts.begin() + static_cast<std::ptrdiff_t>(max_rows);
        std::ranges::nth_element(texts, first_out, std::greater<>{});
        least = std::max(least, *first_out + 1);
    }
    std::erase_if(counts, [least](const Count& c) { return c.texts < least; });
    const auto texts = static_cast<float>(chosen.size());
    // The root of the usual idf: with a learned weight on top the full one counts rarity twice.
    const auto idf = [texts](float met_in) { return std::sqrt(std::log((1 + texts) / (1 + met_in)) + 1); };
    std::vector<std::uint32_t> buckets;
    for (const Count& c : counts) {
        buckets.push_back(c.bucket);
        model.idf.push_back(idf(static_cast<float>(c.texts)));
    }
    model.unknown_idf = idf(0);
    model.rows = RowMap{std::move(buckets), config.bits};
}

TrainingMatrix make_matrix(std::span<const Sample> samples, std::span<const std::uint32_t> chosen, const LinearModel& model) {
    TrainingMatrix matrix{.rows = model.rows.size(), .width = model.bias.size(), .cells = {}, .labels = {}};
    for (const std::uint32_t i : chosen) {
        float squares = 0;
        const std::size_t from = matrix.cells.size();
        for (const Feature& f : samples[i].features) {
            const std::size_t row = model.rows.find(f.bucket);
            const float value = f.value * (row == RowMap::kNone ? model.unknown_idf : model.idf[row]);
            squares += value * value;
            if (row != RowMap::kNone) matrix.cells.push_back({static_cast<std::uint32_t>(row), value});
        }
        const float unit = squares > 0 ? 1.0F / std::sqrt(squares) : 0.0F;
        for (std::size_t j = from; j < matrix.cells.size(); ++j) matrix.cells[j].value *= unit;
        matrix.starts.push_back(matrix.cells.size());
        matrix.labels.push_back(samples[i].label);
    }
    return matrix;
}

void quantize(const std::vector<float>& weights, LinearModel& model) {
    const std::size_t width = model.bias.size();
    model.scale.resize(model.rows.size());
    model.weights.resize(weights.size());
    for (std::size_t row = 0; row < model.rows.size(); ++row) {
        const auto from = std::span{weights}.subspan(row * width, width);
        float largest = 0;
        for (const float w : from) largest = std::max(largest, std::abs(w));
        model.scale[row] = largest / 127.0F;
        for (std::size_t c = 0; c < width; ++c) {
            model.weights[row * width + c] = static_cast<std::int8_t>(largest > 0 ? std::lround(from[c] / model.scale[row]) : 0);
        }
    }
}

SeenWith seen_with(const TrainingMatrix& matrix) {
    SeenWith seen{matrix.rows, matrix.width};
    for (std::size_t i = 0; i < matrix.texts(); ++i) {
        if (matrix.labels[i] < 0) continue;
        for (const auto& cell : matrix.text(i)) seen.set(cell.row, static_cast<std::size_t>(matrix.labels[i]));
    }
    return seen;
}

/// Calls `pass` at most `epochs` times with the number of the pass, from 0, and an order of the texts, until it returns false.
void repeat(std::size_t texts, int epochs, Rng& rng, const std::function<bool(int, std::span<const std::uint32_t>)>& pass) {
    std::vector<std::uint32_t> order(texts);
    std::iota(order.begin(), order.end(), 0U);
    bool more = true;
    for (int epoch = 0; epoch < epochs && more; ++epoch) {
        // Fisher-Yates by hand: std::shuffle may differ between standard libraries.
        for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[rng.below(i)]);
        more = pass(epoch, order);
    }
}
}  // namespace

LinearModel fit(std::span<const Sample> samples, std::span<const std::uint32_t> chosen, std::size_t labels, const TrainerConfig& config,
                const std::function<void(double)>& progress) {
    LinearModel model;
    model.bits = config.bits;
    model.bias.assign(labels, 0.0F);
    choose_rows(samples, chosen, config, model);
    const TrainingMatrix matrix = make_matrix(samples, chosen, model);
    Rng rng{config.seed};
    const auto tell = [&](double passes) {
        if (progress) progress(passes / (2.0 * config.epochs));
    };
    DenseWeights sum{matrix};
    {
        DualDescent machines{matrix};
        repeat(matrix.texts(), config.epochs, rng, [&](int epoch, std::span<const std::uint32_t> order) {
            bool moved = false;
            for (const std::uint32_t text : order) moved = machines.step(text) || moved;
            tell(epoch + 1);
            return moved;
        });
        sum = machines.learned();
    }
    SoftmaxDescent regression{matrix, rng};
    repeat(matrix.texts(), config.epochs, rng, [&](int epoch, std::span<const std::uint32_t> order) {
        const float rate = 1 - 0.9F * static_cast<float>(epoch) / static_cast<float>(config.epochs);
        for (const std::uint32_t text : order) regression.step(text, rate);
        tell(config.epochs + epoch + 1);
        return true;
    });
    const DenseWeights& other = regression.learned();
    for (std::size_t i = 0; i < sum.weights.size(); ++i) sum.weights[i] += kSoftmaxShare * other.weights[i];
    for (std::size_t c = 0; c < labels; ++c) model.bias[c] = sum.bias[c] + kSoftmaxShare * other.bias[c];
    model.seen = seen_with(matrix);
    quantize(sum.weights, model);
    return model;
}
}  // namespace rondo::text
