#pragma once
#include "talk/scenario/phrases.hpp"

#include <optional>

namespace rondo::scenario {
enum class Risk { low, medium, high, block };

/// "LOW", "MEDIUM", "HIGH", "BLOCK": the words of the API, the metrics and the packs.
[[nodiscard]] const char* name(Risk risk) noexcept;
[[nodiscard]] std::optional<Risk> parse_risk(std::string_view word) noexcept;

struct ComplianceRule {
    std::string id;
    Risk risk{Risk::low};
    bool on_user{true};
    bool on_answer{true};
    Phrases phrases;
    std::string message;  ///< for the trainee: what is wrong and what to say instead
};

struct ComplianceReport {
    struct Hit {
        std::string rule;
        Risk risk;
        std::string message;
        bool in_answer;
        bool operator==(const Hit&) const = default;
    };
    Risk risk_level{Risk::low};
    double score{0};  ///< 0..1: 0 without hits; the highest risk sets it (0.1, 0.4, 0.7, 1), each further hit adds 0.05, 0.2 at most
    std::vector<Hit> hits{};
};

/// Phrase rules over what was said. Immutable once filled.
class Compliance {
public:
    void add(ComplianceRule rule) { rules_.push_back(std::move(rule)); }
    [[nodiscard]] std::size_t size() const { return rules_.size(); }
    /// Either text may be empty.
    [[nodiscard]] ComplianceReport check(std::string_view user_text, std::string_view answer) const;

private:
    std::vector<ComplianceRule> rules_;
};
}  // namespace rondo::scenario
