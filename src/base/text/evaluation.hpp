#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

/// How well a classifier did on texts whose labels are known. Pure arithmetic; knows no model.
namespace rondo::text {
/// What was said of one text.
struct Judged {
    std::string truth;       ///< kOutOfScopeLabel: none of the labels
    std::string said;        ///< the best label, also where `refused`
    double confidence{0};    ///< 0..1
    double oos_score{0};     ///< larger is stranger
    bool refused{false};     ///< called out of scope
};

struct Confusion {
    std::string truth, said;
    std::size_t count;
    bool operator==(const Confusion&) const = default;
};

struct Evaluation {
    std::size_t n{0};                  ///< all texts
    std::size_t out_of_scope{0};       ///< of these; they count in oos_auroc and oos_refused alone
    double accuracy{0};                ///< share of in-scope texts whose best label is right, refused or not
    double macro_f1{0};                ///< mean over the labels that in-scope texts have or were given
    std::optional<double> oos_auroc;   ///< chance that an out-of-scope text scores above an in-scope one; needs both
    double ece{0};                     ///< expected calibration error of the in-scope texts, kCalibrationBins equal bins
    double refused{0};                 ///< share of in-scope texts that were refused
    double oos_refused{0};             ///< share of out-of-scope texts that were refused
    std::vector<Confusion> confusions; ///< of in-scope texts, most frequent first, then by name
};

inline constexpr int kCalibrationBins = 15;

[[nodiscard]] Evaluation evaluate(std::span<const Judged> texts);
}  // namespace rondo::text
