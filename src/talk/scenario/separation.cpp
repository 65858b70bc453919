#include "talk/scenario/separation.hpp"

#include "base/text/linear_classifier.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace rondo::scenario {
namespace {
using Examples = std::vector<text::LinearClassifier::Example>;

int sum(const std::vector<Separation::Row>& rows, int Separation::Row::* member) {
    return std::accumulate(rows.begin(), rows.end(), 0, [member](int total, const auto& row) { return total + row.*member; });
}

void note_confusion(Separation::Row& row, const std::string& taken_for, const std::string& example) {
    auto known = std::ranges::find(row.confusions, taken_for, &Separation::Confusion::taken_for);
    if (known == row.confusions.end()) known = row.confusions.insert(known, {.taken_for = taken_for, .example = example});
    ++known->times;
}
}  // namespace

int Separation::examples() const { return sum(intents, &Row::examples); }
int Separation::right() const { return sum(intents, &Row::right); }
int Separation::rejected() const { return sum(intents, &Row::rejected); }

Result<Separation> cross_validate(const ScenarioPack& pack) {
    std::vector<std::string> labels;
    Separation out;
    for (const Intent& intent : pack.intents()) {
        labels.push_back(intent.name);
        out.intents.push_back({.intent = intent.name, .examples = static_cast<int>(intent.examples.size()), .confusions = {}});
    }
    for (int fold = 0; fold < Separation::kFolds; ++fold) {
        Examples kept, held;
        for (std::size_t label = 0; label < labels.size(); ++label) {
            int number = 0;
            for (const std::string& example : pack.intents()[label].examples) {
                (number++ % Separation::kFolds == fold ? held : kept).push_back({example, static_cast<int>(label)});
            }
        }
        const auto model = text::LinearClassifier::train(labels, kept, {});
        if (!model) return propagate(model);
        for (const auto& [text, label] : held) {
            Separation::Row& row = out.intents[static_cast<std::size_t>(label)];
            const auto prediction = model->classify(text);
            if (prediction.out_of_scope) {
                ++row.rejected;
            } else if (prediction.label == label) {
                ++row.right;
            } else {
                note_confusion(row, labels[static_cast<std::size_t>(prediction.label)], text);
            }
        }
    }
    const auto order = [](const Separation::Confusion& c) { return std::tuple{-c.times, c.taken_for}; };
    for (Separation::Row& row : out.intents) std::ranges::sort(row.confusions, {}, order);
    return out;
}
}  // namespace rondo::scenario
