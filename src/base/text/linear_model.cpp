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
    Scores scores{.logits = bias};
    struct Hit {
        std::size_t row;
        float value;
    };
    std::vector<Hit> hits;
    hits.reserve(features.size());
    float all = 0;
    float known = 0;
    for (const Feature& f : features) {
        const std::size_t row = rows.find(f.bucket);
        const float value = f.value * (row == RowMap::kNone ? unknown_idf : idf[row]);
        all += value * value;
        if (row == RowMap::kNone) continue;
        known += value * value;
        hits.push_back({row, value * scale[row]});
    }
    if (all <= 0) return scores;
    // Unknown features lengthen the vector, so a text that shares little with the examples stays near the bias.
    const float unit = 1.0F / std::sqrt(all);
    const std::size_t width = bias.size();
    float* logits = scores.logits.data();
    for (const Hit& hit : hits) {
        const std::int8_t* row = weights.data() + hit.row * width;
        const float factor = hit.value * unit;
        for (std::size_t c = 0; c < width; ++c) logits[c] += factor * static_cast<float>(row[c]);
    }
    scores.known = known / all;
    return scores;
}

std::size_t LinearModel::memory_bytes() const noexcept {
    std::size_t bytes = sizeof *this + rows.memory_bytes() + weights.capacity() + 4 * (idf.capacity() + scale.capacity() + bias.capacity());
    for (const std::string& label : labels) bytes += sizeof label + label.capacity();
    return bytes;
}

void softmax(std::vector<float>& logits, float temperature) noexcept {
    const float top = std::ranges::max(logits);
    float sum = 0;
    for (float& x : logits) {
        x = std::exp((x - top) / temperature);
        sum += x;
    }
    for (float& x : logits) x /= sum;
}

double out_of_scope_score(double confidence, double known) noexcept { return 1.0 - confidence * std::sqrt(known); }
}  // namespace rondo::text
