#include "talk/scenario/intent_model.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iterator>

namespace rondo::scenario {
namespace {
namespace fs = std::filesystem;
constexpr int kTrainerVersion = 2;                 // raise it when the training recipe changes
constexpr std::size_t kMaxCacheBytes = 32U << 20U;  // above text::LinearClassifier's own bound

/// The text without case, width, spaces and closing marks: what makes two spellings the same message.
std::string spelling(std::string_view text) {
    std::string out = comparable(text);
    out.erase(out.find_last_not_of(" .!?,~") + 1);
    return out;
}

Result<std::string> read_cache(const fs::path& file) {
    std::ifstream in{file, std::ios::binary};
    std::error_code ec;
    if (!in || fs::file_size(file, ec) > kMaxCacheBytes || ec) return fail(Code::not_found, "no usable cache");
    return std::string{std::istreambuf_iterator<char>{in}, {}};
}

/// A reader sees the old file, the new one or none, never half of one. Not synced: a damaged cache is trained again.
void write_cache(const fs::path& file, const std::string& bytes) {
    std::error_code ec;
    fs::create_directories(file.parent_path(), ec);
    fs::path temporary = file;
    temporary += ".tmp";
    {
        std::ofstream out{temporary, std::ios::binary | std::ios::trunc};
        out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        out.close();
        if (!out) {
            fs::remove(temporary, ec);
            return;
        }
    }
    fs::rename(temporary, file, ec);
    if (ec) fs::remove(temporary, ec);
}

Result<text::LinearClassifier> train(const ScenarioPack& pack) {
    std::vector<std::string> labels;
    std::vector<text::LinearClassifier::Example> examples;
    for (const Intent& intent : pack.intents()) {
        for (const std::string& example : intent.examples) examples.push_back({example, static_cast<int>(labels.size())});
        labels.push_back(intent.name);
    }
    return text::LinearClassifier::train(std::move(labels), examples, {});
}

bool labels_match(const text::LinearClassifier& classifier, const ScenarioPack& pack) {
    return std::ranges::equal(classifier.labels(), pack.intents(), {}, {}, &Intent::name);
}
}  // namespace

IntentModel::IntentModel(text::LinearClassifier classifier, const ScenarioPack& pack, bool trained)
    : classifier_{std::move(classifier)}, trained_{trained} {
    auto examples = std::make_shared<std::map<std::string, std::string, std::less<>>>();
    for (const Intent& intent : pack.intents()) {
        for (const std::string& example : intent.examples) examples->emplace(spelling(example), intent.name);
    }
    examples->erase("");
    examples_ = std::move(examples);
}

fs::path IntentModel::cache_file(const ScenarioPack& pack, const fs::path& cache_dir) {
    std::uint64_t hash = hash_text(fmt::format("intents {}", kTrainerVersion));
    for (const Intent& intent : pack.intents()) {
        hash = hash_text(fmt::format("\n{}:", intent.name), hash);
        for (const std::string& example : intent.examples) hash = hash_text(fmt::format("\n{}", example), hash);
    }
    return cache_dir / fmt::format("{}-{:016x}.model", pack.id(), hash);
}

Result<IntentModel> IntentModel::load_or_train(const ScenarioPack& pack, const fs::path& cache_dir) {
    const fs::path file = cache_file(pack, cache_dir);
    if (!cache_dir.empty()) {
        if (const auto bytes = read_cache(file)) {
            auto cached = text::LinearClassifier::deserialize(*bytes);
            if (cached && labels_match(*cached, pack)) return IntentModel{std::move(*cached), pack, false};
        }
    }
    auto trained = train(pack);
    if (!trained) return propagate(trained);
    if (!cache_dir.empty()) write_cache(file, trained->serialize());
    return IntentModel{std::move(*trained), pack, true};
}

IntentModel::Verdict IntentModel::classify(std::string_view text) const {
    if (const auto example = examples_->find(spelling(text)); example != examples_->end()) return {example->second, 1.0, false};
    const auto prediction = classifier_.classify(text);
    if (prediction.out_of_scope) return {std::string{kOutOfScope}, prediction.confidence, true};
    return {classifier_.labels()[static_cast<std::size_t>(prediction.label)], prediction.confidence, false};
}
}  // namespace rondo::scenario
