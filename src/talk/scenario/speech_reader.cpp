#include "talk/scenario/scenario_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace rondo::scenario {
namespace {
constexpr std::size_t kMaxBlocks = 2'000;
constexpr std::size_t kMaxVariants = 20;
constexpr std::size_t kMaxRules = 200;
constexpr std::size_t kMaxPhrases = 200;
constexpr std::size_t kMaxWords = 64;    // names in one condition
constexpr std::size_t kMaxName = 64;     // bytes
constexpr std::size_t kMaxPhrase = 256;  // bytes
constexpr std::size_t kMaxText = 2'000;  // bytes

class SpeechReader {
public:
    SpeechReader(MapReader& top, const Names& names, FaultSink& faults, ScenarioPack::Parts& parts)
        : top_{top}, names_{names}, faults_{faults}, parts_{parts} {}

    void read() {
        lines();
        parts_.out_of_scope.emplace("out_of_scope", read_variants(top_, "out_of_scope", names_, faults_));
        parts_.fallback.emplace("fallback", read_variants(top_, "fallback", names_, faults_));
        parts_.blocked.emplace("blocked", read_variants(top_, "blocked", names_, faults_));
        if (const YamlNode* node = top_.required_node("coach")) coach(*node);
        compliance();
    }

private:
    std::vector<std::string> names_in(MapReader& in, std::string_view key, const std::vector<std::string>& known, const char* kind) {
        const std::vector<Text> words = in.optional_list(key, kMaxWords, kMaxName);
        Names::check(words, known, kind, faults_);
        return words_of(words);
    }

    void lines() {
        std::set<std::string> spoken;
        for (const YamlNode& node : top_.required_items("lines", kMaxBlocks)) {
            MapReader in{node, faults_};
            auto intents = names_in(in, "intent", names_.intents, "intent");
            auto stages = names_in(in, "stage", names_.stages, "stage");
            const auto variants = read_variants(in, "variants", names_, faults_);
            in.finish();
            parts_.written_lines += variants.size();
            spoken.insert(intents.begin(), intents.end());
            if (intents.empty()) intents.emplace_back();
            if (stages.empty()) stages.emplace_back();
            for (const std::string& intent : intents) {
                for (const std::string& stage : stages) {
                    if (!parts_.lines.add(intent, stage, variants)) {
                        faults_.add(node.line, fmt::format("there are already lines for intent {} in stage {}",
                                                           intent.empty() ? "(any)" : intent, stage.empty() ? "(any)" : stage));
                    }
                }
            }
        }
        if (!parts_.lines.has("", "")) faults_.add(top_.line(), "\"lines\" needs one entry without intent and stage, for everything else");
        for (const std::string& intent : names_.intents) {
            if (!spoken.contains(intent)) faults_.add(top_.line(), fmt::format("no line answers the intent {}", intent));
        }
    }

    void coach(const YamlNode& node) {
        MapReader in{node, faults_};
        std::set<std::string> ids;
        for (const YamlNode& item : in.required_items("rules", kMaxRules)) coach_rule(item, ids);
        if (const YamlNode* stages = in.required_node("stages")) {
            MapReader by_stage{*stages, faults_};
            for (const auto& key : stages->keys) {
                Names::check({{key.text, key.line}}, names_.stages, "stage", faults_);
                parts_.coach.add_stage(key.text, read_variants(by_stage, key.text, names_, faults_));
            }
            for (const std::string& stage : names_.stages) {
                if (!parts_.coach.has_stage(stage)) faults_.add(stages->line, fmt::format("no general advice for the stage {}", stage));
            }
        }
        in.finish();
    }

    void coach_rule(const YamlNode& node, std::set<std::string>& ids) {
        MapReader in{node, faults_};
        CoachRule rule;
        rule.id = unique_id(in, ids);
        if (const YamlNode* conditions = in.required_node("when")) {
            MapReader when{*conditions, faults_};
            rule.stages = names_in(when, "stage", names_.stages, "stage");
            rule.intents = names_in(when, "intent", names_.intents, "intent");
            rule.unseen = names_in(when, "unseen", names_.intents, "intent");
            rule.contains = Phrases{words_of(when.optional_list("contains", kMaxPhrases, kMaxPhrase))};
            rule.lacks = Phrases{words_of(when.optional_list("lacks", kMaxPhrases, kMaxPhrase))};
            rule.min_chars = static_cast<std::size_t>(when.optional("min_chars", 0, 0, 100'000));
            rule.max_chars = static_cast<std::size_t>(when.optional("max_chars", 100'000, 1, 100'000));
            rule.from_turn = when.optional("from_turn", 0, 1, 1'000);
            when.finish();
        }
        auto advice = read_variants(in, "advice", names_, faults_);
        in.finish();
        parts_.coach.add_rule(std::move(rule), std::move(advice));
    }

    void compliance() {
        std::set<std::string> ids;
        for (const YamlNode& node : top_.required_items("compliance", kMaxRules)) {
            MapReader in{node, faults_};
            ComplianceRule rule;
            rule.id = unique_id(in, ids);
            const Text risk = in.required("risk", 16);
            if (const auto level = parse_risk(risk.value)) {
                rule.risk = *level;
            } else if (!risk.value.empty()) {
                faults_.add(risk.line, fmt::format("unknown risk \"{}\": LOW, MEDIUM, HIGH or BLOCK", risk.value));
            }
            if (const auto on = in.optional_list("on", 2, 16); !on.empty()) {
                Names::check(on, {"user", "answer"}, "side", faults_);
                rule.on_user = std::ranges::any_of(on, [](const Text& side) { return side.value == "user"; });
                rule.on_answer = std::ranges::any_of(on, [](const Text& side) { return side.value == "answer"; });
            }
            const auto phrases = in.required_list("phrases", kMaxPhrases, kMaxPhrase);
            const auto except = in.optional_list("except", kMaxPhrases, kMaxPhrase);
            rule.phrases = Phrases{words_of(phrases), words_of(except)};
            rule.message = in.required("message", kMaxText).value;
            in.finish();
            parts_.compliance.add(std::move(rule));
        }
    }

    std::string unique_id(MapReader& in, std::set<std::string>& ids) {
        Text id = in.required("id", kMaxName);
        if (id.value.empty()) return {};
        if (!plain_name(id.value))
            faults_.add(id.line, fmt::format("the id \"{}\" is not made of lower-case letters, digits, _ and -", id.value));
        if (!ids.insert(id.value).second) faults_.add(id.line, fmt::format("the id {} is used twice", id.value));
        return std::move(id.value);
    }

    MapReader& top_;
    const Names& names_;
    FaultSink& faults_;
    ScenarioPack::Parts& parts_;
};
}  // namespace

std::vector<LineTemplate> read_variants(MapReader& in, std::string_view key, const Names& names, FaultSink& faults) {
    std::vector<LineTemplate> lines;
    const std::vector<Text> texts = in.required_list(key, kMaxVariants, kMaxText);
    bool always_usable = false;
    for (const Text& text : texts) {
        auto line = LineTemplate::parse(text.value);
        if (!line) {
            faults.add(text.line, line.error().message);
            continue;
        }
        std::vector<Text> placeholders;
        bool sometimes = false;
        for (const std::string& name : line->placeholders()) {
            placeholders.push_back({name, text.line});
            sometimes = sometimes || name == kSourceSlot || name == kEchoSlot;
        }
        Names::check(placeholders, names.placeholders, "placeholder", faults);
        always_usable = always_usable || !sometimes;
        lines.push_back(std::move(*line));
    }
    if (!lines.empty() && !always_usable) {
        faults.add(texts.front().line,
                   fmt::format("every variant under \"{}\" needs {{source}} or {{echo}}, which some turns lack; add one without", key));
    }
    return lines;
}

void read_speech(MapReader& top, const Names& names, FaultSink& faults, ScenarioPack::Parts& parts) {
    SpeechReader{top, names, faults, parts}.read();
}
}  // namespace rondo::scenario
