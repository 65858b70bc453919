#include "talk/scenario/compliance.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace rondo::scenario {
namespace {
constexpr std::array<std::pair<Risk, const char*>, 4> kRisks{
    {{Risk::low, "LOW"}, {Risk::medium, "MEDIUM"}, {Risk::high, "HIGH"}, {Risk::block, "BLOCK"}}};
/// The score of one hit of each risk; the room above it is for further hits.
constexpr std::array<double, 4> kBase{0.1, 0.4, 0.7, 1.0};
constexpr double kFurtherHit = 0.05;
constexpr double kRoom = 0.2;
}  // namespace

const char* name(Risk risk) noexcept { return kRisks[static_cast<std::size_t>(risk)].second; }

std::optional<Risk> parse_risk(std::string_view word) noexcept {
    const auto found = std::ranges::find(kRisks, word, [](const auto& entry) { return std::string_view{entry.second}; });
    return found == kRisks.end() ? std::nullopt : std::optional{found->first};
}

ComplianceReport Compliance::check(std::string_view user_text, std::string_view answer) const {
    ComplianceReport report;
    const Searchable user{user_text};
    const Searchable said{answer};
    for (const ComplianceRule& rule : rules_) {
        const bool in_user = rule.on_user && rule.phrases.found_in(user);
        if (!in_user && !(rule.on_answer && rule.phrases.found_in(said))) continue;
        report.hits.push_back({rule.id, rule.risk, rule.message, !in_user});
        report.risk_level = std::max(report.risk_level, rule.risk);
    }
    if (report.hits.empty()) return report;
    const double further = kFurtherHit * static_cast<double>(report.hits.size() - 1);
    report.score = std::min(1.0, kBase[static_cast<std::size_t>(report.risk_level)] + std::min(kRoom, further));
    return report;
}
}  // namespace rondo::scenario
