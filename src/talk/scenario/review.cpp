#include "talk/scenario/review.hpp"

#include "talk/scenario/rehearsal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <deque>
#include <set>

namespace rondo::scenario {
namespace {
constexpr const char* kYaml = "scenario.yaml";
constexpr std::size_t kGoodExamples = 8;
constexpr int kTurnsWithoutRepeat = 4;  // in one stage with one intent

class Reviewer {
public:
    Reviewer(const ScenarioPack& pack, const IntentModel& intents) : pack_{pack}, intents_{intents} {}

    Review review(Separation separation) {
        out_.separation = std::move(separation);
        examples();
        confusions();
        stages();
        lines();
        messages();
        transcripts();
        return std::move(out_);
    }

private:
    void warn(int line, std::string message) { out_.warnings.push_back({fmt::format("{}:{}", kYaml, line), std::move(message)}); }

    void examples() {
        for (const Intent& intent : pack_.intents()) {
            if (intent.examples.size() >= kGoodExamples) continue;
            warn(intent.line, fmt::format("the intent {} has {} examples; give {} or more to have it recognised well", intent.name,
                                          intent.examples.size(), kGoodExamples));
        }
    }

    void confusions() {
        for (std::size_t i = 0; i < pack_.intents().size(); ++i) {
            const Separation::Row& row = out_.separation.intents[i];
            if (row.right * 2 >= row.examples) continue;
            const int line = pack_.intents()[i].line;
            std::string message = fmt::format("only {} of the {} examples of {} are recognised without having been learned", row.right,
                                              row.examples, row.intent);
            if (!row.confusions.empty() && row.confusions.front().times >= row.rejected) {
                message += fmt::format("; \"{}\" is taken for {}: word the two more differently, or make them one intent",
                                       row.confusions.front().example, row.confusions.front().taken_for);
            } else {
                message += "; they have too few words in common: add examples between them";
            }
            warn(line, std::move(message));
        }
    }

    void stages() {
        const auto& stages = pack_.stages();
        for (std::size_t i = 0; i + 1 < stages.size(); ++i) {
            const auto leaves = [&](const Intent& intent) { return pack_.machine().next(stages[i].name, intent.name) != stages[i].name; };
            if (std::ranges::any_of(pack_.intents(), leaves)) continue;
            warn(stages[i].line, fmt::format("no intent leads on from the stage {}: give it a \"next\"", stages[i].name));
        }
    }

    void lines() {
        judge(1, pack_.opening_line());
        for (const Intent& intent : pack_.intents()) repeats(intent.name, intent.line);
    }

    /// The first stage in which an intent's lines run out, and every line that breaks the pack's own rules.
    void repeats(const std::string& intent, int line) {
        bool told = false;
        for (const Stage& stage : pack_.stages()) {
            std::deque<std::string> kept;
            std::vector<std::string_view> said;
            for (int turn = 1; turn <= kTurnsWithoutRepeat; ++turn) {
                std::string text =
                    pack_.line({.intent = intent, .stage = stage.name, .pick = {.session_id = "s", .turn = turn, .said = said}});
                if (std::ranges::find(said, text) != said.end()) {
                    if (!told) {
                        warn(line, fmt::format("{} in the stage {} has {} line{} to say and then repeats; write {} or more", intent,
                                               stage.name, turn - 1, turn == 2 ? "" : "s", kTurnsWithoutRepeat));
                    }
                    told = true;
                    break;
                }
                judge(line, text);
                said.push_back(kept.emplace_back(std::move(text)));
            }
        }
    }

    void judge(int line, const std::string& text) {
        const ComplianceReport report = pack_.check("", text);
        if (report.risk_level < Risk::medium || !judged_.insert(text).second) return;
        warn(line, fmt::format("the persona itself says something of risk {} (rule {}): \"{}\"", name(report.risk_level),
                               report.hits.front().rule, text));
    }

    void messages() {
        for (const std::string& message : pack_.example_messages()) {
            if (intents_.classify(message).out_of_scope) warn(1, fmt::format("the example message \"{}\" is not recognised", message));
        }
    }

    void transcripts() {
        if (pack_.transcripts().empty()) {
            out_.warnings.push_back({"transcripts", "no transcript: a rehearsed conversation shows at once what an edit changed"});
            return;
        }
        std::set<std::string> reached{pack_.machine().initial()};
        for (const Transcript& transcript : pack_.transcripts()) play(transcript, reached);
        for (const Stage& stage : pack_.stages()) {
            if (!reached.contains(stage.name)) warn(stage.line, fmt::format("no transcript reaches the stage {}", stage.name));
        }
    }

    void play(const Transcript& transcript, std::set<std::string>& reached) {
        const std::string file = fmt::format("transcripts/{}.txt", transcript.name);
        std::set<std::string> answers;
        int number = 0;
        for (const RehearsedTurn& turn : rehearse(pack_, intents_, transcript.lines, transcript.name)) {
            ++number;
            reached.insert(turn.stage);
            if (turn.intent == kOutOfScope) {
                out_.warnings.push_back({file, fmt::format("turn {} is not recognised: \"{}\"", number, turn.user)});
            }
            if (!answers.insert(turn.answer).second) {
                out_.warnings.push_back(
                    {file, fmt::format("turn {} ({}, {}) repeats an answer: write more lines for it", number, turn.intent, turn.stage)});
            }
        }
    }

    const ScenarioPack& pack_;
    const IntentModel& intents_;
    Review out_;
    std::set<std::string> judged_;
};

/// The trainer counts examples through all intents ("examples/17"); an author looks for them in the file.
Error in_the_file(Error error, const ScenarioPack& pack) {
    constexpr std::string_view kExamples = "examples/";
    for (Fault& fault : error.faults) {
        if (!fault.path.starts_with(kExamples)) continue;
        const std::string_view digits = std::string_view{fault.path}.substr(kExamples.size());
        std::size_t number = 0;
        if (std::from_chars(digits.data(), digits.data() + digits.size(), number).ec != std::errc{}) continue;
        for (const Intent& intent : pack.intents()) {
            if (number < intent.examples.size()) {
                fault = {fmt::format("{}:{}", kYaml, intent.line),
                         fmt::format("the example \"{}\" of {} {}", intent.examples[number], intent.name, fault.message)};
                break;
            }
            number -= intent.examples.size();
        }
    }
    return error;
}
}  // namespace

Result<Review> review(const ScenarioPack& pack) {
    const auto intents = IntentModel::load_or_train(pack, {});
    if (!intents) return fail(in_the_file(intents.error(), pack));
    auto separation = cross_validate(pack);
    if (!separation) return propagate(separation);
    return Reviewer{pack, *intents}.review(std::move(*separation));
}
}  // namespace rondo::scenario
