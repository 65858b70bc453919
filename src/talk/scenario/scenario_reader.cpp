#include "talk/scenario/scenario_reader.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace rondo::scenario {
namespace {
constexpr std::size_t kMaxStages = 32;
constexpr std::size_t kMaxIntents = 200;
constexpr std::size_t kMinExamples = 3;  // fewer teach the classifier nothing
constexpr std::size_t kMaxExamples = 200;
constexpr std::size_t kMaxSlots = 64;
constexpr std::size_t kMaxName = 64;     // bytes
constexpr std::size_t kMaxText = 2'000;  // bytes of one sentence or description

bool contains(const std::vector<std::string>& words, std::string_view word) { return std::ranges::find(words, word) != words.end(); }

using Transitions = std::vector<flow::StateMachine::Transition>;

class ScenarioReader {
public:
    ScenarioReader(const YamlNode& root, FaultSink& faults, ScenarioPack::Parts& parts)
        : top_{root, faults}, faults_{faults}, parts_{parts} {}

    void read() {
        if (!top_.usable()) return;  // no map at all, which is said
        identity();
        intents();
        stages();
        slots();
        opening();
        read_speech(top_, names_, faults_, parts_);
        top_.finish();
    }

private:
    void identity() {
        if (const Text format = top_.required("format", 8); !format.value.empty() && format.value != "1") {
            faults_.add(format.line, "\"format\" must be 1");
        }
        parts_.title = top_.required("title", kMaxText).value;
        parts_.description = top_.required("description", kMaxText).value;
        const Text language = top_.required("language", 8);
        if (!language.value.empty() && language.value != "zh" && language.value != "en")
            faults_.add(language.line, "\"language\" must be zh or en");
        parts_.language = language.value;
        parts_.user_name = top_.required("user_name", kMaxName).value;
        for (Text& text : top_.required_list("example_messages", 12, kMaxText)) parts_.example_messages.push_back(std::move(text.value));
        if (const YamlNode* node = top_.required_node("persona")) {
            MapReader persona{*node, faults_};
            parts_.persona = {persona.required("name", kMaxName).value, persona.required("role", 256).value,
                              persona.optional("background", kMaxText).value};
            persona.finish();
        }
    }

    void intents() {
        std::map<std::string, std::pair<std::string, int>> owner;  // comparable example -> intent and line
        for (const YamlNode& node : top_.required_items("intents", kMaxIntents)) {
            MapReader in{node, faults_};
            const Text name = unique_name(in, names_.intents, "intent");
            if (name.value == kOutOfScope)
                faults_.add(name.line, "\"out_of_scope\" is the server's own word; its lines go under the key of that name");
            Intent intent{name.value, in.required("title", 256).value, {}, node.line};
            const std::vector<Text> examples = in.required_list("examples", kMaxExamples, kMaxText);
            for (const Text& example : examples) {
                const auto [first, fresh] = owner.try_emplace(comparable(example.value), name.value, example.line);
                if (!fresh) {
                    faults_.add(example.line, fmt::format("the example \"{}\" already stands under {} (line {})", example.value,
                                                          first->second.first, first->second.second));
                }
                intent.examples.push_back(example.value);
            }
            if (!examples.empty() && examples.size() < kMinExamples) {
                faults_.add(node.line,
                            fmt::format("the intent {} has {} examples; give at least {}", name.value, examples.size(), kMinExamples));
            }
            in.finish();
            parts_.intents.push_back(std::move(intent));
        }
        if (parts_.intents.size() == 1) faults_.add(top_.line(), "one intent is no choice; give at least two");
    }

    void stages() {
        const std::size_t faults_before = faults_.count();
        const auto nodes = top_.required_items("stages", kMaxStages);
        std::vector<const YamlNode*> next(nodes.size(), nullptr);
        for (std::size_t i = 0; i < nodes.size(); ++i) {
            MapReader in{nodes[i], faults_};
            const Text name = unique_name(in, names_.stages, "stage");
            parts_.stages.push_back({name.value, in.required("title", 256).value, in.required("goal", kMaxText).value, nodes[i].line});
            next[i] = in.optional_node("next");  // read below, when every stage is known
            in.finish();
        }
        Transitions transitions;
        for (std::size_t i = 0; i < nodes.size(); ++i) {
            if (next[i]) read_next(*next[i], parts_.stages[i].name, transitions);
        }
        check_reachable(nodes, transitions);
        if (faults_.count() == faults_before) build_machine(std::move(transitions));
    }

    /// `next: {target stage: [intents]}`
    void read_next(const YamlNode& node, const std::string& from, Transitions& out) {
        MapReader in{node, faults_};
        std::map<std::string, std::string> taken;
        for (const auto& key : node.keys) {
            Names::check({{key.text, key.line}}, names_.stages, "stage", faults_);
            const std::vector<Text> intents = in.required_list(key.text, kMaxIntents, kMaxName);
            Names::check(intents, names_.intents, "intent", faults_);
            for (const Text& intent : intents) {
                const auto [first, fresh] = taken.try_emplace(intent.value, key.text);
                if (!fresh) faults_.add(intent.line, fmt::format("{} already leads from {} to {}", intent.value, from, first->second));
                out.push_back({.from = from, .on = intent.value, .to = key.text});
            }
        }
    }

    void check_reachable(std::span<const YamlNode> nodes, const Transitions& transitions) {
        if (names_.stages.empty()) return;
        std::vector<std::string> reached{names_.stages.front()};
        for (std::size_t i = 0; i < reached.size(); ++i) {
            for (const auto& step : transitions) {
                if (step.from == reached[i] && !contains(reached, step.to)) reached.push_back(step.to);
            }
        }
        for (std::size_t i = 0; i < nodes.size(); ++i) {
            const std::string& name = parts_.stages[i].name;
            if (!name.empty() && !contains(reached, name)) {
                faults_.add(nodes[i].line, fmt::format("the stage {} cannot be reached from {}", name, names_.stages.front()));
            }
        }
    }

    void build_machine(Transitions transitions) {
        auto machine =
            flow::StateMachine::make({.states = names_.stages, .initial = names_.stages.front(), .transitions = std::move(transitions)});
        if (machine) {
            parts_.machine = std::move(*machine);
            return;
        }
        // The checks above know the lines; what only the machine knows is said at the top.
        for (const Fault& fault : machine.error().faults) faults_.add(top_.line(), fmt::format("stages: {} {}", fault.path, fault.message));
    }

    void slots() {
        parts_.slots.add_fixed("persona_name", parts_.persona.name);
        parts_.slots.add_fixed("user_name", parts_.user_name);
        names_.placeholders = {"persona_name", "user_name", std::string{kSourceSlot}, std::string{kEchoSlot}};
        const YamlNode* node = top_.optional_node("slots");
        if (!node) return;
        MapReader in{*node, faults_};
        if (node->keys.size() > kMaxSlots) faults_.add(node->line, fmt::format("more than {} slots", kMaxSlots));
        for (std::size_t i = 0; i < std::min(node->keys.size(), kMaxSlots); ++i) {
            const auto& key = node->keys[i];
            if (!plain_name(key.text)) faults_.add(key.line, "a slot's name is made of lower-case letters, digits and _");
            if (contains(names_.placeholders, key.text)) {
                faults_.add(key.line, fmt::format("the slot {} is taken", key.text));
                continue;
            }
            if (node->items[i].kind == YamlNode::Kind::map) {
                tracked_slot(key.text, node->items[i]);
            } else {
                parts_.slots.add_fixed(key.text, in.required(key.text, kMaxText).value);
            }
            names_.placeholders.push_back(key.text);
        }
    }

    void tracked_slot(const std::string& name, const YamlNode& node) {
        MapReader in{node, faults_};
        std::string otherwise = in.required("otherwise", kMaxText).value;
        std::vector<SlotTable::Value> values;
        if (const YamlNode* map = in.required_node("values")) {
            MapReader cues{*map, faults_};
            for (const auto& key : map->keys) values.push_back({key.text, Phrases{words_of(cues.required_list(key.text, 64, 256))}});
        }
        in.finish();
        parts_.slots.add_tracked(name, std::move(otherwise), std::move(values));
    }

    void opening() {
        const Text text = top_.required("opening", kMaxText);
        if (text.value.empty()) return;
        const auto line = LineTemplate::parse(text.value);
        if (!line) {
            faults_.add(text.line, line.error().message);
            return;
        }
        const Slots slots = parts_.slots.fill({});
        if (!line->can_render(slots)) faults_.add(text.line, "the opening may use the pack's own slots, persona_name and user_name only");
        parts_.opening = line->render(slots);
    }

    Text unique_name(MapReader& in, std::vector<std::string>& names, const char* kind) {
        Text name = in.required("name", kMaxName);
        if (name.value.empty()) return name;
        if (!plain_name(name.value))
            faults_.add(name.line, fmt::format("the {} name \"{}\" is not made of lower-case letters, digits, _ and -", kind, name.value));
        if (contains(names, name.value)) faults_.add(name.line, fmt::format("the {} {} is defined twice", kind, name.value));
        else names.push_back(name.value);
        return name;
    }

    MapReader top_;
    FaultSink& faults_;
    ScenarioPack::Parts& parts_;
    Names names_;
};
}  // namespace

void Names::check(const std::vector<Text>& words, const std::vector<std::string>& known, const char* kind, FaultSink& faults) {
    for (const Text& word : words) {
        if (contains(known, word.value)) continue;
        faults.add(word.line, fmt::format("unknown {} \"{}\"{}", kind, word.value, did_you_mean(word.value, known)));
    }
}

std::vector<std::string> words_of(const std::vector<Text>& texts) {
    std::vector<std::string> words;
    for (const Text& text : texts) words.push_back(text.value);
    return words;
}

bool plain_name(std::string_view text) {
    return !text.empty() && text.size() <= kMaxName &&
           std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-'; });
}

void read_scenario(const YamlNode& root, FaultSink& faults, ScenarioPack::Parts& parts) { ScenarioReader{root, faults, parts}.read(); }
}  // namespace rondo::scenario
