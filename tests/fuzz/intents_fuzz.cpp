// A stored intent model, which comes from a cache folder or from somebody else's machine.
#include "base/text/linear_classifier.hpp"
#include "base/text/linear_codec.hpp"
#include "fuzz/fuzz.hpp"

#include <string>

namespace rondo::fuzz {
namespace {
/// The model's own checksum, so that inputs get past it: FNV-1a over all before it (see linear_codec.hpp).
std::string sealed(std::string_view body) {
    std::uint64_t hash = 0xCBF29CE484222325ULL;
    for (const char byte : body) hash = (hash ^ static_cast<std::uint8_t>(byte)) * 0x100000001B3ULL;
    std::string bytes{body};
    for (int i = 0; i < 8; ++i) bytes.push_back(static_cast<char>(hash >> (8 * i)));
    return bytes;
}
}  // namespace

void run(std::string_view input) {
    expect(!text::LinearClassifier::deserialize(input) || input.size() > 8, "an empty file is no model");
    const std::string bytes = sealed(input);
    const auto model = text::LinearClassifier::deserialize(bytes);
    if (!model)
        return expect(model.error().code == Code::data_loss || model.error().code == Code::failed_precondition, "a refusal says why");
    expect(model->serialize() == bytes, "a model is written as it was read");
    for (const auto* said : {"", "hello", "多少钱？", "\xFF\xFE not text"}) {
        const auto verdict = model->classify(said);
        expect(verdict.label >= 0 && static_cast<std::size_t>(verdict.label) < model->labels().size(), "the verdict is one of the labels");
        expect(verdict.confidence >= 0 && verdict.confidence <= 1, "confidence is a probability");
    }
}
}  // namespace rondo::fuzz
