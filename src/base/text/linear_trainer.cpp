#include "base/text/linear_trainer.hpp"

#include "base/rng.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace rondo::text {
namespace {
/// In large sets a feature met once is noise that costs a row.
constexpr std::size_t kSmallSet = 2'000;

constexpr float kLearningRate = 0.1F;
constexpr float kBiasRate = 0.1F;  // relative to a weight of a feature of value 1
constexpr float kSmallestGradient = 3e-3F;  // of a logit, 0..1

/// tf-idf vectors by row, one after the other.
struct Matrix {
    struct Cell {
        std::uint32_t row;
        float value;
    };
    std::vector<Cell> cells;
    std::vector<std::size_t> starts{0};
    std::vector<int> labels;
};

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
    const std::size_t row_bytes = model.bias.size() + 16;
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
    const auto idf = [texts](float met_in) { return std::log((1 + texts) / (1 + met_in)) + 1; };
    std::vector<std::uint32_t> buckets;
    for (const Count& c : counts) {
        buckets.push_back(c.bucket);
        model.idf.push_back(idf(static_cast<float>(c.texts)));
    }
    model.unknown_idf = idf(0);
    model.rows = RowMap{std::move(buckets), config.bits};
}

Matrix make_matrix(std::span<const Sample> samples, std::span<const std::uint32_t> chosen, const LinearModel& model) {
    Matrix matrix;
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

/// AdaGrad on the log loss, one text a step.
class AdaGrad {
public:
    AdaGrad(const Matrix& matrix, std::size_t rows, std::size_t width)
        : matrix_{matrix},
          width_{width},
          weights_(rows * width),
          squares_(rows * width),
          bias_(width),
          bias_squares_(width),
          logits_(width) {}

    void step(std::size_t text) {
        const auto cells = std::span{matrix_.cells}.subspan(matrix_.starts[text], matrix_.starts[text + 1] - matrix_.starts[text]);
        logits_ = bias_;
        for (const auto& cell : cells) {
            const float* row = weights_.data() + cell.row * width_;
            for (std::size_t c = 0; c < width_; ++c) logits_[c] += cell.value * row[c];
        }
        softmax(logits_, 1.0F);
        logits_[static_cast<std::size_t>(matrix_.labels[text])] -= 1.0F;
        // After the first passes most labels are settled for most texts; leaving them out makes training several times faster.
        active_.clear();
        for (std::size_t c = 0; c < width_; ++c) {
            if (std::abs(logits_[c]) > kSmallestGradient) active_.push_back(static_cast<std::uint32_t>(c));
        }
        for (const auto& cell : cells) {
            for (const std::uint32_t c : active_)
                descend(weights_[cell.row * width_ + c], squares_[cell.row * width_ + c], logits_[c] * cell.value);
        }
        for (const std::uint32_t c : active_) descend(bias_[c], bias_squares_[c], kBiasRate * logits_[c]);
    }
    [[nodiscard]] const std::vector<float>& weights() const { return weights_; }
    [[nodiscard]] const std::vector<float>& bias() const { return bias_; }

private:
    static void descend(float& weight, float& squares, float gradient) {
        squares += gradient * gradient;
        weight -= kLearningRate * gradient / std::sqrt(squares + 1e-8F);
    }

    const Matrix& matrix_;
    std::size_t width_;
    std::vector<float> weights_, squares_, bias_, bias_squares_, logits_;
    std::vector<std::uint32_t> active_;
};

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
}  // namespace

LinearModel fit(std::span<const Sample> samples, std::span<const std::uint32_t> chosen, std::size_t labels, const TrainerConfig& config) {
    LinearModel model;
    model.bits = config.bits;
    model.bias.assign(labels, 0.0F);
    choose_rows(samples, chosen, config, model);
    const Matrix matrix = make_matrix(samples, chosen, model);
    AdaGrad descent{matrix, model.rows.size(), labels};
    std::vector<std::uint32_t> order(chosen.size());
    std::iota(order.begin(), order.end(), 0U);
    Rng rng{config.seed};
    for (int epoch = 0; epoch < config.epochs; ++epoch) {
        // Fisher-Yates by hand: std::shuffle may differ between standard libraries.
        for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[rng.below(i)]);
        for (const std::uint32_t text : order) descent.step(text);
    }
    model.bias = descent.bias();
    quantize(descent.weights(), model);
    return model;
}
}  // namespace rondo::text
