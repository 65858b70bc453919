#include "base/text/linear_codec.hpp"

#include "base/text/linear_classifier.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <span>

namespace rondo::text {
namespace {
constexpr std::string_view kMagic = "RLIN";
/// Raise it when this layout changes, and when folding or hashing gives a text other features: old weights are void then.
constexpr std::uint32_t kVersion = 2;

std::uint64_t fnv1a(std::string_view bytes) noexcept {
    std::uint64_t hash = 0xCBF29CE484222325ULL;
    for (const char byte : bytes) hash = (hash ^ static_cast<std::uint8_t>(byte)) * 0x100000001B3ULL;
    return hash;
}

class Writer {
public:
    void integer(std::uint64_t value, int bytes = 4) {
        for (int i = 0; i < bytes; ++i) out_.push_back(static_cast<char>(value >> (8 * i)));
    }
    void real(float value) { integer(std::bit_cast<std::uint32_t>(value)); }
    void bytes(std::string_view value) { out_ += value; }
    [[nodiscard]] std::string finish() {
        integer(fnv1a(out_), 8);
        return std::move(out_);
    }

private:
    std::string out_;
};

/// Reads what is there; past the end it reads zeros and remembers.
class Reader {
public:
    explicit Reader(std::string_view bytes) : left_{bytes} {}

    std::uint64_t integer(int bytes = 4) {
        const std::string_view from = this->bytes(static_cast<std::size_t>(bytes));
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < from.size(); ++i) value |= std::uint64_t{static_cast<std::uint8_t>(from[i])} << (8 * i);
        return value;
    }
    float real() {
        const float value = std::bit_cast<float>(static_cast<std::uint32_t>(integer()));
        ok_ = ok_ && std::isfinite(value);
        return value;
    }
    std::string_view bytes(std::size_t count) {
        if (count > left_.size()) {
            ok_ = false;
            left_ = {};
            return {};
        }
        const std::string_view taken = left_.substr(0, count);
        left_.remove_prefix(count);
        return taken;
    }
    std::vector<float> reals(std::size_t count) {
        std::vector<float> values(count);
        for (float& value : values) value = real();
        return values;
    }
    [[nodiscard]] std::size_t left() const { return left_.size(); }
    [[nodiscard]] bool ok() const { return ok_; }

private:
    std::string_view left_;
    bool ok_{true};
};

/// Far beyond what training gives, and near enough to zero that no sum or quotient of such numbers overflows in scoring.
bool bounded(std::span<const float> values) {
    constexpr float kMost = 1e6F;
    return std::ranges::all_of(values, [](float value) { return std::abs(value) <= kMost; });
}

bool sound(const LinearModel& model, const std::vector<std::uint32_t>& buckets) {
    const bool rising = std::ranges::adjacent_find(buckets, std::greater_equal<>{}) == buckets.end();
    const float single[] = {model.temperature,   model.confidence_slope, model.confidence_offset,
                            model.oos_threshold, model.least_known,      model.unknown_idf};
    return rising && (buckets.empty() || buckets.back() >> model.bits == 0) && model.temperature > 0 && bounded(single) &&
           bounded(model.bias) && bounded(model.idf) && bounded(model.scale);
}
}  // namespace

std::string encode(const LinearModel& model) {
    Writer out;
    out.bytes(kMagic);
    out.integer(kVersion);
    out.integer(model.bits);
    out.integer(model.labels.size());
    out.integer(model.rows.size());
    for (const float value :
         {model.temperature, model.confidence_slope, model.confidence_offset, model.oos_threshold, model.least_known, model.unknown_idf})
        out.real(value);
    for (const std::string& label : model.labels) {
        out.integer(label.size());
        out.bytes(label);
    }
    for (const float value : model.bias) out.real(value);
    for (const std::uint32_t bucket : model.rows.buckets()) out.integer(bucket);
    for (const float value : model.idf) out.real(value);
    for (const float value : model.scale) out.real(value);
    for (const std::int8_t weight : model.weights) out.integer(static_cast<std::uint8_t>(weight), 1);
    for (const std::uint8_t byte : model.seen.bytes()) out.integer(byte, 1);
    return out.finish();
}

Result<LinearModel> decode_model(std::string_view bytes) {
    const auto damaged = [] { return fail(Code::data_loss, "the stored classifier is damaged; train it again"); };
    if (bytes.size() < kMagic.size() + 12 || !bytes.starts_with(kMagic)) return damaged();
    const std::string_view body = bytes.substr(0, bytes.size() - 8);
    if (Reader{bytes.substr(body.size())}.integer(8) != fnv1a(body)) return damaged();
    Reader in{body.substr(kMagic.size())};
    if (in.integer() != kVersion)
        return fail(Code::failed_precondition, "the stored classifier has another format version; train it again");

    LinearModel model;
    model.bits = static_cast<unsigned>(in.integer());
    const std::size_t labels = in.integer();
    const std::size_t rows = in.integer();
    if (model.bits < 8 || model.bits > 28 || labels == 0 || labels > LinearClassifier::kMaxLabels) return damaged();
    for (float* value : {&model.temperature, &model.confidence_slope, &model.confidence_offset, &model.oos_threshold, &model.least_known,
                         &model.unknown_idf})
        *value = in.real();
    for (std::size_t i = 0; i < labels; ++i) model.labels.emplace_back(in.bytes(in.integer()));
    // From here on the sizes are known, so nothing is allocated that the bytes do not pay for.
    if (!in.ok() || in.left() != 4 * labels + rows * (12 + labels + SeenWith::row_bytes(labels))) return damaged();
    model.bias = in.reals(labels);
    std::vector<std::uint32_t> buckets(rows);
    for (std::uint32_t& bucket : buckets) bucket = static_cast<std::uint32_t>(in.integer());
    model.idf = in.reals(rows);
    model.scale = in.reals(rows);
    model.weights.resize(rows * labels);
    for (std::int8_t& weight : model.weights) weight = static_cast<std::int8_t>(in.integer(1));
    model.seen = SeenWith{rows, labels};
    for (std::uint8_t& byte : model.seen.bytes()) byte = static_cast<std::uint8_t>(in.integer(1));
    if (!in.ok() || !sound(model, buckets)) return damaged();
    model.rows = RowMap{std::move(buckets), model.bits};
    return model;
}
}  // namespace rondo::text
