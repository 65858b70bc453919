#pragma once
#include "support/temp_folder.hpp"
#include "talk/scenario/pack.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace rondo::scenario {
/// A small sound pack; tests spoil one thing of it.
inline constexpr const char* kSoundYaml = R"(format: 1
title: Tiny
description: A pack for tests.
language: en
user_name: Sam
persona:
  name: Ada
  role: tutor
opening: Hello {user_name}, I am {persona_name}.
example_messages: [hello]
slots:
  topic:
    otherwise: your topic
    values:
      tea: [tea, leaves]
stages:
  - name: start
    title: Start
    goal: Begin.
    next:
      finish: [bye]
  - name: finish
    title: Finish
    goal: End.
intents:
  - name: hello
    title: Hello
    examples: [hello, hi there, good morning]
  - name: bye
    title: Bye
    examples: [goodbye, see you later, farewell now]
lines:
  - intent: hello
    stage: start
    variants: ["Good day {user_name}.", "You again?", "The book says: {source}."]
  - intent: bye
    variants: ["Leave {topic} for now.", "So long."]
  - variants: ["Go on.", "You said {echo}.", "Indeed."]
out_of_scope: ["What do you mean?"]
fallback: [One moment.]
blocked: [I will not go there.]
coach:
  rules:
    - id: short
      when: {intent: [hello], max_chars: 5}
      advice: ["Say more about {topic}."]
  stages:
    start: [Begin with a question.]
    finish: [Sum up.]
compliance:
  - id: bribe
    risk: BLOCK
    phrases: [bribe]
    message: No bribes.
)";
inline constexpr const char* kSoundWorkflow =
    R"({"name": "tiny", "version": "1", "enabled_nodes": ["intent", "npc"], "routing_rules": {"intent": ["npc"]}})";

/// The faults of a refused pack, one a line, for matching and for reading.
inline std::string text_of(const Error& error) {
    std::string out;
    for (const Fault& fault : error.faults) out += fault.path + " " + fault.message + "\n";
    return out;
}

/// A pack's folder that goes away with the test. `name` is the pack's id.
class PackFolder {
public:
    explicit PackFolder(const std::string& name = "tiny") : path_{folder_.path() / name} {
        write("scenario.yaml", kSoundYaml);
        write("workflow.json", kSoundWorkflow);
        write("knowledge/tea.md", "# Tea\n\n## Leaves\nTea is made from leaves and hot water.\n");
        write("transcripts/short.txt", "hello\n\ngoodbye\n");
    }

    void write(const std::string& name, std::string_view bytes) const {
        std::filesystem::create_directories((path_ / name).parent_path());
        std::ofstream{path_ / name, std::ios::binary}.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    }
    /// scenario.yaml with the first `from` replaced by `to`; a further call spoils it further.
    void spoil(std::string_view from, std::string_view to) const {
        std::ifstream in{path_ / "scenario.yaml", std::ios::binary};
        std::string yaml{std::istreambuf_iterator<char>{in}, {}};
        const std::size_t at = yaml.find(from);
        ASSERT_NE(at, std::string::npos) << from;
        write("scenario.yaml", yaml.replace(at, from.size(), to));
    }
    void remove(const std::string& name) const { std::filesystem::remove_all(path_ / name); }
    [[nodiscard]] std::shared_ptr<const ScenarioPack> load() const {
        auto pack = ScenarioPack::load(path_);
        if (!pack) throw std::runtime_error{text_of(pack.error())};
        return std::move(*pack);
    }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] const std::filesystem::path& root() const { return folder_.path(); }

private:
    support::TempFolder folder_;
    std::filesystem::path path_;
};
}  // namespace rondo::scenario
