#pragma once
#include "engine/flow/state_machine.hpp"
#include "engine/flow/workflow.hpp"
#include "engine/index/text_index.hpp"
#include "talk/scenario/coach.hpp"
#include "talk/scenario/compliance.hpp"
#include "talk/scenario/node_types.hpp"
#include "talk/scenario/slot_table.hpp"
#include "talk/scenario/variants.hpp"

#include <filesystem>
#include <memory>
#include <optional>

namespace rondo::scenario {
/// The intent of a message that none of the pack's intents covers; packs may not use the name themselves.
inline constexpr std::string_view kOutOfScope = "out_of_scope";

struct Persona {
    std::string name;
    std::string role;
    std::string background;
};

struct Stage {
    std::string name;
    std::string title;
    std::string goal;  ///< what the trainee should reach in it
    int line{1};       ///< of scenario.yaml
};

struct Intent {
    std::string name;
    std::string title;
    std::vector<std::string> examples;
    int line{1};  ///< of scenario.yaml
};

/// A rehearsed conversation: what the user says, turn by turn.
struct Transcript {
    std::string name;  ///< the file's name without ".txt"
    std::vector<std::string> lines;
};

/// Everything a line of the persona depends on. Views must live as long as the call.
struct LineRequest {
    std::string_view intent{};                     ///< empty or kOutOfScope: not recognised
    std::string_view stage{};
    Pick pick{};                                   ///< `said` = the persona's earlier answers
    std::span<const std::string_view> user_texts{};     ///< oldest first; the last is this turn's message
    std::span<const std::string_view> sources{};        ///< passages found for this turn, best first
    const std::map<std::string, std::string>* slots{nullptr};  ///< overrides of the pack's placeholders, or null
};

/// One scenario, read from a folder and immutable afterwards; share it as `shared_ptr<const ScenarioPack>` across threads.
class ScenarioPack {
public:
    struct Parts {
        std::string id;
        std::string title;
        std::string description;
        std::string language;  ///< "zh" or "en"
        std::string user_name;
        std::string opening;   ///< rendered
        std::vector<std::string> example_messages;
        Persona persona;
        std::vector<Stage> stages;
        std::vector<Intent> intents;
        std::optional<flow::StateMachine> machine;
        flow::Workflow workflow;
        SlotTable slots;
        LineBook lines;
        std::size_t written_lines{0};  ///< as they stand in the file; one may serve several intents and stages
        std::optional<Variants> out_of_scope, fallback, blocked;
        Coach coach;
        Compliance compliance;
        std::vector<index::Document> documents;
        index::TextIndex knowledge;
        std::vector<Transcript> transcripts;
        std::uint64_t content_hash{0};
    };

    /// Packs that are loaded already.
    using Known = std::span<const std::shared_ptr<const ScenarioPack>>;

    /// Reads and checks a pack's folder, whose name is the id. `nodes`: what its workflow may name, those of `known` too: a pack
    /// whose files are as they were is taken from there.
    /// Errors: `not_found` (no such folder), `invalid_argument` with every fault at its `file:line`, in workflow.json
    /// followed by `#/pointer`.
    [[nodiscard]] static Result<std::shared_ptr<const ScenarioPack>> load(const std::filesystem::path& folder,
                                                                          std::span<const flow::NodeType> nodes = kNodes, Known known = {});
    /// Precondition: the optional parts are set.
    explicit ScenarioPack(Parts parts);

    [[nodiscard]] const std::string& id() const { return parts_.id; }
    [[nodiscard]] const std::string& title() const { return parts_.title; }
    [[nodiscard]] const std::string& description() const { return parts_.description; }
    [[nodiscard]] const std::string& language() const { return parts_.language; }
    [[nodiscard]] const std::string& user_name() const { return parts_.user_name; }  ///< how the persona addresses the user by default
    [[nodiscard]] const std::string& opening_line() const { return parts_.opening; }
    [[nodiscard]] const std::vector<std::string>& example_messages() const { return parts_.example_messages; }
    [[nodiscard]] const Persona& persona() const { return parts_.persona; }
    [[nodiscard]] const std::vector<Stage>& stages() const { return parts_.stages; }  ///< the first is the initial one
    [[nodiscard]] const flow::StateMachine& machine() const { return *parts_.machine; }
    [[nodiscard]] const std::vector<Intent>& intents() const { return parts_.intents; }
    [[nodiscard]] const flow::Workflow& workflow() const { return parts_.workflow; }
    [[nodiscard]] std::size_t written_lines() const { return parts_.written_lines; }
    [[nodiscard]] std::size_t coach_rules() const { return parts_.coach.size(); }
    [[nodiscard]] std::size_t compliance_rules() const { return parts_.compliance.size(); }
    [[nodiscard]] const std::vector<Transcript>& transcripts() const { return parts_.transcripts; }
    [[nodiscard]] std::uint64_t content_hash() const { return parts_.content_hash; }  ///< over every file of the pack

    using PromptText = std::shared_ptr<const std::string>;
    /// What a language model is told of the persona, see prompt.hpp; shared by all requests, never null.
    [[nodiscard]] const PromptText& persona_prompt() const { return persona_prompt_; }
    /// What it is told of a stage; null when there is no such stage.
    [[nodiscard]] PromptText stage_prompt(std::string_view stage) const;

    /// The passages of knowledge/*.md; a hit's `doc` indexes documents().
    [[nodiscard]] const index::TextIndex& knowledge() const { return parts_.knowledge; }
    [[nodiscard]] const std::vector<index::Document>& documents() const { return parts_.documents; }

    /// What the persona says. A pure function of the request; never empty.
    [[nodiscard]] std::string line(const LineRequest& request) const;
    [[nodiscard]] std::string fallback_line(const LineRequest& request = {}) const;  ///< when the model cannot answer
    [[nodiscard]] std::string blocked_line(const LineRequest& request = {}) const;   ///< when compliance withholds the answer

    [[nodiscard]] Advice coach(const CoachQuery& query) const;
    [[nodiscard]] ComplianceReport check(std::string_view user_text, std::string_view answer) const {
        return parts_.compliance.check(user_text, answer);
    }

private:
    [[nodiscard]] Slots slots_for(const LineRequest& request) const;
    Parts parts_;
    PromptText persona_prompt_;
    std::map<std::string, PromptText, std::less<>> stage_prompts_;
};

/// Every pack below `folder`, by id. Errors: `not_found` (no folder, no pack), `invalid_argument` with the faults of all
/// packs, each path prefixed `id/`.
[[nodiscard]] Result<std::vector<std::shared_ptr<const ScenarioPack>>> load_all(const std::filesystem::path& folder,
                                                                                std::span<const flow::NodeType> nodes = kNodes,
                                                                                ScenarioPack::Known known = {});
}  // namespace rondo::scenario
