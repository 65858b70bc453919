#pragma once
#include "base/result.hpp"
#include "engine/ledger/usage.hpp"
#include "talk/scenario/coach.hpp"
#include "talk/scenario/compliance.hpp"

#include <boost/json/fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace rondo::agent {
struct IntentOutcome {
    std::string intent;         ///< of the pack, or scenario::kOutOfScope
    double confidence{0};       ///< calibrated, 0..1
    bool wants_knowledge{false};
    bool operator==(const IntentOutcome&) const = default;
};

struct Source {
    std::string id, title, text;
    double score{0};  ///< BM25
    bool operator==(const Source&) const = default;
};

struct KnowledgeOutcome {
    std::vector<Source> sources;  ///< best first
    bool operator==(const KnowledgeOutcome&) const = default;
};

struct NpcOutcome {
    std::string text;
    ledger::Usage usage;
    std::string model;
    std::string finish_reason;  ///< "stop", "length", "fallback"
    std::string target{}, rung{};  ///< llm::Completion's; "" for the embedded model and the pack's own line
    std::int64_t attempts{0};      ///< at providers
    bool operator==(const NpcOutcome&) const = default;
};

struct CoachOutcome {
    std::string text;
    std::vector<std::string> rules;
    bool operator==(const CoachOutcome&) const = default;
};

struct ComplianceOutcome {
    scenario::ComplianceReport report;
    bool operator==(const ComplianceOutcome& other) const {
        return report.risk_level == other.report.risk_level && report.score == other.report.score && report.hits == other.report.hits;
    }
};

/// What one node found out: a value the coordinator journals, so it reads back as it was written.
using Outcome = std::variant<IntentOutcome, KnowledgeOutcome, NpcOutcome, CoachOutcome, ComplianceOutcome>;

/// The word that conditional routing tests: intent → "knowledge" or "npc" (is retrieval worth it?), knowledge → "found" or
/// "none", npc → the finish reason, coach → "advised", compliance → the risk level. scenario::kNodes lists them for validation.
[[nodiscard]] std::string label(const Outcome& outcome);

[[nodiscard]] boost::json::value to_json(const Outcome& outcome);
/// Errors: `data_loss` when `value` is not what to_json wrote for `node`.
[[nodiscard]] Result<Outcome> from_json(std::string_view node, const boost::json::value& value);

/// What the nodes of one turn have found so far.
struct Board {
    std::optional<IntentOutcome> intent;
    std::optional<KnowledgeOutcome> knowledge;
    std::optional<NpcOutcome> npc;
    std::optional<CoachOutcome> coach;
    std::optional<ComplianceOutcome> compliance;

    void put(Outcome outcome);
};

/// The public shapes, as the API shows them.
[[nodiscard]] boost::json::value advice_json(const CoachOutcome& advice);
[[nodiscard]] boost::json::value compliance_json(const ComplianceOutcome& compliance);
}  // namespace rondo::agent
