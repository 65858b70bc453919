#pragma once
#include "base/text/linear_classifier.hpp"
#include "talk/scenario/pack.hpp"

#include <filesystem>

namespace rondo::scenario {
/// Which of a pack's intents a message has. Immutable; copies share the trained weights, const use is thread-safe.
class IntentModel {
public:
    struct Verdict {
        std::string intent;    ///< kOutOfScope when nothing fits
        double confidence{0};  ///< calibrated, 0..1, of the best intent
        bool out_of_scope{false};
    };

    /// Takes `<cache_dir>/<pack id>-<hash>.model` when it is there and sound, else trains and writes it (temporary file and
    /// rename). The hash covers intents and examples, so an edited line of the persona trains nothing. A cache that cannot
    /// be written costs time at the next start, nothing more; an empty `cache_dir` means no cache. Blocks: a tenth of a
    /// second for a typical pack when training.
    /// Errors: those of text::LinearClassifier::train.
    [[nodiscard]] static Result<IntentModel> load_or_train(const ScenarioPack& pack, const std::filesystem::path& cache_dir);

    /// One of the pack's own examples, compared without case, width, spaces or closing marks, is its intent with
    /// confidence 1; everything else is classified.
    [[nodiscard]] Verdict classify(std::string_view text) const;
    /// False when the model came from the cache.
    [[nodiscard]] bool trained() const { return trained_; }
    [[nodiscard]] static std::filesystem::path cache_file(const ScenarioPack& pack, const std::filesystem::path& cache_dir);

private:
    IntentModel(text::LinearClassifier classifier, const ScenarioPack& pack, bool trained);

    text::LinearClassifier classifier_;
    std::shared_ptr<const std::map<std::string, std::string, std::less<>>> examples_;  // spelling -> intent; never null
    bool trained_;
};
}  // namespace rondo::scenario
