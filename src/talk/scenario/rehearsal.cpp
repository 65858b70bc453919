#include "talk/scenario/rehearsal.hpp"

namespace rondo::scenario {
namespace {
constexpr std::size_t kSources = 3;  // as many passages as the knowledge node hands on
}  // namespace

std::vector<RehearsedTurn> rehearse(const ScenarioPack& pack, const IntentModel& intents, const std::vector<std::string>& lines,
                                    std::string_view session_id) {
    std::vector<RehearsedTurn> turns;
    turns.reserve(lines.size());  // earlier turns are seen by reference
    std::vector<std::string_view> user_texts, said, advice, seen;
    std::string stage = pack.machine().initial();
    for (const std::string& line : lines) {
        const int number = static_cast<int>(turns.size()) + 1;
        user_texts.push_back(line);
        const std::string intent = intents.classify(line).intent;
        std::vector<std::string_view> sources;
        for (const auto& hit : pack.knowledge().search(line, kSources)) sources.push_back(pack.documents()[hit.doc].text);
        stage = pack.machine().next(stage, intent);
        RehearsedTurn turn{.user = line, .intent = intent, .stage = stage, .answer = {}, .advice = {}};
        turn.answer = pack.line({.intent = intent,
                                 .stage = stage,
                                 .pick = {.session_id = session_id, .turn = number, .said = said},
                                 .user_texts = user_texts,
                                 .sources = sources});
        turn.advice = pack.coach({.user_text = line,
                                  .intent = intent,
                                  .stage = stage,
                                  .pick = {.session_id = session_id, .turn = number, .said = advice},
                                  .earlier_intents = seen})
                          .text;
        turns.push_back(std::move(turn));
        said.push_back(turns.back().answer);
        advice.push_back(turns.back().advice);
        seen.push_back(turns.back().intent);
    }
    return turns;
}
}  // namespace rondo::scenario
