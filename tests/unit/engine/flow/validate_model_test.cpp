#include "engine/flow/outline.hpp"
#include "engine/flow/runs.hpp"
#include "engine/flow/validate.hpp"
#include "unit/engine/flow/faulty_workflow.hpp"
#include "unit/engine/flow/naive_checker.hpp"
#include "unit/engine/flow/random_workflow.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <map>

namespace rondo::flow {
namespace {
constexpr std::uint64_t kGraphs = 20'000;

bool about_cycle(const Fault& fault) { return fault.message.starts_with("closes the cycle"); }

std::string told(const FaultyCase& made, const std::vector<Fault>& faults) {
    std::string text = boost::json::serialize(to_json(made.workflow)) + "\n";
    for (const Fault& fault : faults) text += fault.path + " " + fault.message + "\n";
    return text;
}

/// Strikes out the fault that a finding speaks of; false when there is none.
bool strike(std::vector<Fault>& faults, const NaiveChecker::Finding& finding) {
    const auto at = std::ranges::find_if(
        faults, [&](const Fault& fault) { return fault.path == finding.first && fault.message.contains(finding.second); });
    if (at == faults.end()) return false;
    faults.erase(at);
    return true;
}

TEST(ValidateModel, ANaiveCheckerFindsTheSameFaults) {
    std::map<std::string, int> seen;  // by the words of the finding, to show that the graphs have them all
    int valid = 0;
    for (std::uint64_t seed = 0; seed < kGraphs; ++seed) {
        const FaultyCase made{seed};
        const NaiveChecker naive{made.workflow, made.nodes};
        const auto faults = validate(made.workflow, made.nodes);
        auto left = faults;
        std::vector<Fault> cycles;
        std::ranges::copy_if(faults, std::back_inserter(cycles), about_cycle);
        std::erase_if(left, about_cycle);
        for (const auto& finding : naive.findings()) {
            ASSERT_TRUE(strike(left, finding)) << "seed " << seed << ": missing " << finding.first << " " << finding.second << "\n"
                                               << told(made, faults);
            ++seen[finding.second.substr(0, finding.second.find(':'))];
        }
        ASSERT_TRUE(left.empty()) << "seed " << seed << ": only validate says\n" << told(made, left);
        ASSERT_TRUE(naive.blames_cycles_well(cycles)) << "seed " << seed << "\n" << told(made, faults);
        if (!cycles.empty()) ++seen["cycle"];
        if (faults.empty()) ++valid;
        ASSERT_EQ(compile(made.workflow, made.nodes).has_value(), faults.empty()) << "seed " << seed;
    }
    EXPECT_GT(valid, 2'000) << "a checker that refuses everything would pass";
    for (const char* words : {"from 0 to 1", "from 1 to 600000", "from 0 to 5", "is not a known node", "is listed twice",
                              "must contain the entry", "Routing references disabled nodes", "must not be empty", "can never match",
                              "can never be taken", "cannot be reached from 'intent'", "END cannot be reached", "cycle"}) {
        EXPECT_GT(seen[words], 50) << words;
    }
}

/// The labels a run has met, where a label decides.
std::vector<std::pair<std::string, std::string>> decisions(const RandomCase& made, const PossibleRun& run) {
    std::vector<std::pair<std::string, std::string>> met;
    for (const auto& step : run.steps) {
        for (const std::string& node : step) {
            const auto conditions = made.workflow.conditional_routing.find(node);
            if (conditions == made.workflow.conditional_routing.end()) continue;
            const std::string& label = made.labels.at(node);
            met.emplace_back(node, conditions->second.contains(label) ? label : "");
        }
    }
    return met;
}

TEST(ValidateModel, ARunIsOneOfThePossibleOnes) {
    constexpr std::size_t kMax = 512;
    int judged = 0;
    for (std::uint64_t seed = 0; seed < 2'000; ++seed) {
        const RandomCase made{seed};
        if (!made.disabled.empty()) continue;
        const auto graph = compile(made.workflow, made.known());
        ASSERT_TRUE(graph) << seed;
        const auto runs = possible_runs(*graph, outline(made.workflow, made.known()), kMax);
        if (runs.size() == kMax) continue;
        ++judged;
        int matches = 0;
        for (const PossibleRun& run : runs) {
            std::set<std::string> ran;
            for (const auto& step : run.steps) ran.insert(step.begin(), step.end());
            if (run.because != decisions(made, run)) continue;
            ++matches;
            EXPECT_EQ(ran, made.runs) << "seed " << seed;
        }
        EXPECT_EQ(matches, 1) << "seed " << seed << ": the labels choose one run";
    }
    EXPECT_GT(judged, 200);
}
}  // namespace
}  // namespace rondo::flow
