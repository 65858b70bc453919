#include "app/scenario_report.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace rondo::app {
namespace {
constexpr std::size_t kShownConfusions = 3;  // of one intent, in the text
constexpr double kWeak = 0.8;                // an intent below it is listed in the text

std::string counted(std::size_t number, std::string_view word) { return fmt::format("{} {}{}", number, word, number == 1 ? "" : "s"); }
double share(int part, int whole) { return whole > 0 ? static_cast<double>(part) / whole : 0.0; }

std::string in_folder(const CheckedPack& checked, const Fault& fault) {
    return fmt::format("{}{}{}: {}\n", checked.folder, checked.folder.ends_with('/') ? "" : "/", fault.path, fault.message);
}

std::string refusal_text(const CheckedPack& checked) {
    std::string text = fmt::format("{}: {}\n", checked.folder, checked.refusal.message);
    for (const Fault& fault : checked.refusal.faults) text += "  " + in_folder(checked, fault);
    return text;
}

/// The intents that are recognised badly, the worst first.
std::string weak_intents(const scenario::Separation& separation) {
    std::vector<const scenario::Separation::Row*> weak;
    std::size_t width = 0;
    for (const auto& row : separation.intents) {
        if (share(row.right, row.examples) >= kWeak) continue;
        weak.push_back(&row);
        width = std::max(width, row.intent.size());
    }
    std::ranges::sort(weak, {}, [](const auto* row) { return std::pair{share(row->right, row->examples), row->intent}; });
    std::string text;
    for (const auto* row : weak) {
        text += fmt::format("    {:<{}}  {:>2} of {:<2}", row->intent, width, row->right, row->examples);
        for (std::size_t i = 0; i < std::min(row->confusions.size(), kShownConfusions); ++i)
            text += fmt::format("{} {} {}x", i == 0 ? "  taken for" : ",", row->confusions[i].taken_for, row->confusions[i].times);
        if (row->rejected > 0) text += fmt::format("  out of scope {}x", row->rejected);
        text += '\n';
    }
    return text;
}

std::size_t example_count(const scenario::ScenarioPack& pack) {
    std::size_t examples = 0;
    for (const auto& intent : pack.intents()) examples += intent.examples.size();
    return examples;
}

boost::json::array faults_json(const std::vector<Fault>& faults) {
    boost::json::array out;
    for (const Fault& fault : faults) out.push_back({{"path", fault.path}, {"message", fault.message}});
    return out;
}

boost::json::object separation_json(const scenario::Separation& separation) {
    boost::json::array intents;
    for (const auto& row : separation.intents) {
        boost::json::array confusions;
        for (const auto& confusion : row.confusions)
            confusions.push_back({{"taken_for", confusion.taken_for}, {"times", confusion.times}, {"example", confusion.example}});
        intents.push_back({{"intent", row.intent},
                           {"examples", row.examples},
                           {"right", row.right},
                           {"rejected", row.rejected},
                           {"confusions", std::move(confusions)}});
    }
    return {{"method", fmt::format("{}-fold cross-validation", scenario::Separation::kFolds)},
            {"examples", separation.examples()},
            {"recognised", share(separation.right(), separation.examples())},
            {"rejected", share(separation.rejected(), separation.examples())},
            {"intents", std::move(intents)}};
}
}  // namespace

CheckedPack check_pack(const std::string& folder) {
    CheckedPack checked{.folder = folder};
    auto pack = scenario::ScenarioPack::load(folder);
    if (!pack) {
        checked.refusal = pack.error();
        return checked;
    }
    auto review = scenario::review(**pack);
    if (!review) {
        checked.refusal = review.error();
        return checked;
    }
    checked.pack = std::move(*pack);
    checked.review = std::move(*review);
    return checked;
}

std::string to_text(const CheckedPack& checked) {
    if (!checked.pack) return refusal_text(checked);
    const auto& pack = *checked.pack;
    const auto& separation = checked.review.separation;
    std::string text = fmt::format("{}: sound, \"{}\" ({})\n", checked.folder, pack.title(), pack.language());
    text += fmt::format("  {}, {}, {}, {}\n", counted(pack.intents().size(), "intent"), counted(example_count(pack), "example"),
                        counted(pack.stages().size(), "stage"), counted(pack.written_lines(), "line"));
    text +=
        fmt::format("  {}, {}, {}, {}\n", counted(pack.coach_rules(), "coach rule"), counted(pack.compliance_rules(), "compliance rule"),
                    counted(pack.documents().size(), "passage"), counted(pack.transcripts().size(), "transcript"));
    text +=
        fmt::format("  intents: {:.0f} % of the examples are recognised without having been learned, {:.0f} % are rejected ({} folds)\n",
                    100 * share(separation.right(), separation.examples()), 100 * share(separation.rejected(), separation.examples()),
                    scenario::Separation::kFolds);
    text += weak_intents(separation);
    if (!checked.review.warnings.empty()) text += fmt::format("  {}\n", counted(checked.review.warnings.size(), "warning"));
    for (const Fault& warning : checked.review.warnings) text += "    " + in_folder(checked, warning);
    return text;
}

boost::json::object to_json(const CheckedPack& checked) {
    if (!checked.pack) {
        return {{"folder", checked.folder},
                {"valid", false},
                {"message", checked.refusal.message},
                {"faults", faults_json(checked.refusal.faults)}};
    }
    const auto& pack = *checked.pack;
    boost::json::array stages;
    for (const auto& stage : pack.stages()) stages.emplace_back(stage.name);
    return {{"folder", checked.folder},
            {"valid", true},
            {"id", pack.id()},
            {"title", pack.title()},
            {"language", pack.language()},
            {"stages", std::move(stages)},
            {"intents", pack.intents().size()},
            {"examples", example_count(pack)},
            {"lines", pack.written_lines()},
            {"coach_rules", pack.coach_rules()},
            {"compliance_rules", pack.compliance_rules()},
            {"passages", pack.documents().size()},
            {"transcripts", pack.transcripts().size()},
            {"separation", separation_json(checked.review.separation)},
            {"warnings", faults_json(checked.review.warnings)}};
}
}  // namespace rondo::app
