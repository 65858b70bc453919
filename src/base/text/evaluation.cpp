#include "base/text/evaluation.hpp"

#include "base/text/labelled_texts.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <tuple>
#include <utility>

namespace rondo::text {
namespace {
double share(std::size_t part, std::size_t whole) { return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole); }

/// The Mann-Whitney statistic; equal scores count half.
std::optional<double> auroc(std::span<const Judged> texts) {
    struct Scored {
        double score;
        bool strange;
    };
    std::vector<Scored> all;
    for (const Judged& text : texts) all.push_back({text.oos_score, text.truth == kOutOfScopeLabel});
    std::ranges::sort(all, {}, &Scored::score);
    double below = 0;  // in-scope texts with a smaller score
    double wins = 0;
    std::size_t strange_texts = 0;
    for (std::size_t i = 0; i < all.size();) {
        std::size_t in = 0, out = 0;
        const double score = all[i].score;
        for (; i < all.size() && all[i].score == score; ++i) ++(all[i].strange ? out : in);
        wins += static_cast<double>(out) * (below + 0.5 * static_cast<double>(in));
        below += static_cast<double>(in);
        strange_texts += out;
    }
    if (strange_texts == 0 || below == 0) return std::nullopt;
    return wins / (below * static_cast<double>(strange_texts));
}

class Calibration {
public:
    void add(double confidence, bool right) {
        const int bin = std::clamp(static_cast<int>(confidence * kCalibrationBins), 0, kCalibrationBins - 1);
        surplus_[static_cast<std::size_t>(bin)] += confidence - (right ? 1 : 0);
    }
    [[nodiscard]] double error(std::size_t texts) const {
        double sum = 0;
        for (const double surplus : surplus_) sum += std::abs(surplus);
        return texts == 0 ? 0 : sum / static_cast<double>(texts);
    }

private:
    std::array<double, kCalibrationBins> surplus_{};  // a bin: sum of confidence beyond what was right
};

struct Tally {
    std::size_t has{0}, given{0}, right{0};
};

double macro_f1(const std::map<std::string, Tally>& labels) {
    double sum = 0;
    for (const auto& [label, tally] : labels) sum += share(2 * tally.right, tally.has + tally.given);
    return labels.empty() ? 0 : sum / static_cast<double>(labels.size());
}
}  // namespace

Evaluation evaluate(std::span<const Judged> texts) {
    Evaluation result;
    result.n = texts.size();
    result.oos_auroc = auroc(texts);
    std::map<std::string, Tally> labels;
    std::map<std::pair<std::string, std::string>, std::size_t> missed;
    Calibration calibration;
    std::size_t right = 0, refused = 0, oos_refused = 0;
    for (const Judged& text : texts) {
        if (text.truth == kOutOfScopeLabel) {
            ++result.out_of_scope;
            oos_refused += text.refused ? 1 : 0;
            continue;
        }
        const bool hit = text.truth == text.said;
        ++labels[text.truth].has;
        ++labels[text.said].given;
        if (hit) {
            ++right;
            ++labels[text.said].right;
        } else {
            ++missed[{text.truth, text.said}];
        }
        refused += text.refused ? 1 : 0;
        calibration.add(text.confidence, hit);
    }
    const std::size_t in_scope = result.n - result.out_of_scope;
    result.accuracy = share(right, in_scope);
    result.macro_f1 = macro_f1(labels);
    result.ece = calibration.error(in_scope);
    result.refused = share(refused, in_scope);
    result.oos_refused = share(oos_refused, result.out_of_scope);
    for (const auto& [pair, count] : missed) result.confusions.push_back({pair.first, pair.second, count});
    std::ranges::sort(result.confusions, [](const Confusion& a, const Confusion& b) {
        return std::tie(b.count, a.truth, a.said) < std::tie(a.count, b.truth, b.said);
    });
    return result;
}
}  // namespace rondo::text
