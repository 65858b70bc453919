#include "base/text/linear_model.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace rondo::text {
RowMap::RowMap(std::vector<std::uint32_t> buckets, unsigned bits) : buckets_{std::move(buckets)} {
    const auto leading = std::min(bits, static_cast<unsigned>(std::bit_width(buckets_.size())));
    shift_ = bits - leading;
    directory_.assign((std::size_t{1} << leading) + 1, 0);
    for (const std::uint32_t bucket : buckets_) ++directory_[(bucket >> shift_) + 1];
    for (std::size_t p = 1; p < directory_.size(); ++p) directory_[p] += directory_[p - 1];
}

std::size_t RowMap::find(std::uint32_t bucket) const noexcept {
    const std::size_t part = bucket >> shift_;
    for (std::size_t row = directory_[part]; row < directory_[part + 1]; ++row) {
        if (buckets_[row] == bucket) return row;
    }
    return kNone;
}

LinearModel::Scores LinearModel::score(std::span<const Feature> features) const {
    Scores scores{.margins = bias};
    struct Hit {
        std::size_t row;
        float value;
    };
    std::vector<Hit> hits;
    hits.reserve(features.size());
    float all = 0;
    for (const Feature& f : features) {
        const std::size_t row = rows.find(f.bucket);
        const float value = f.value * (row == RowMap::kNone ? unknown_idf : idf[row]);
        all += value * value;
        if (row != RowMap::kNone) hits.push_back({row, value});
    }
    // Unknown features lengthen the vector, so a text that shares little with the examples stays near the bias.
    const float unit = all > 0 ? 1.0F / std::sqrt(all) : 0.0F;
    const std::size_t width = bias.size();
    float* margins = scores.margins.data();
    for (Hit& hit : hits) {
        hit.value *= unit;
        scores.known += hit.value * hit.value;
        const std::int8_t* row = weights.data() + hit.row * width;
        const float factor = hit.value * scale[hit.row];
        for (std::size_t c = 0; c < width; ++c) margins[c] += factor * static_cast<float>(row[c]);
    }
    scores.best = static_cast<std::size_t>(std::ranges::max_element(scores.margins) - scores.margins.begin());
    for (const Hit& hit : hits) {
        if (seen.test(hit.row, scores.best)) scores.covered += hit.value * hit.value;
    }
    scores.known = std::min(scores.known, 1.0F);
    scores.covered = std::min(scores.covered, scores.known);
    return scores;
}

double LinearModel::confidence(double p) const noexcept {
    const double calibrated = 1 / (1 + std::exp(-(confidence_slope * log_odds(p) + confidence_offset)));
    return std::max(calibrated, 1.0 / static_cast<double>(bias.size()));
}

std::size_t LinearModel::memory_bytes() const noexcept {
    std::size_t bytes = sizeof *this + rows.memory_bytes() + weights.capacity() + seen.bytes().capacity() +
                        4 * (idf.capacity() + scale.capacity() + bias.capacity());
    for (const std::string& label : labels) bytes += sizeof label + label.capacity();
    return bytes;
}

void softmax(std::vector<float>& margins, float temperature) noexcept {
    const float top = std::ranges::max(margins);
    float sum = 0;
    for (float& x : margins) {
        x = std::exp((x - top) / temperature);
        sum += x;
    }
    for (float& x : margins) x /= sum;
}

double log_odds(double p) noexcept {
    constexpr double kLeast = 1e-6;
    p = std::clamp(p, kLeast, 1 - kLeast);
    return std::log(p / (1 - p));
}

double out_of_scope_score(double probability, double covered) noexcept { return 1.0 - std::sqrt(probability * covered); }
}  // namespace rondo::text
