#pragma once
#include "talk/scenario/intent_model.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace rondo::scenario {
/// One turn of a rehearsed conversation.
struct RehearsedTurn {
    std::string user;
    std::string intent;  ///< kOutOfScope when nothing fits
    std::string stage;   ///< after the turn
    std::string answer;
    std::string advice;
};

/// A conversation as a server would hold it with the default workflow, but without one: recognises, moves on, looks up,
/// answers and coaches. Pure: the same arguments give the same turns.
[[nodiscard]] std::vector<RehearsedTurn> rehearse(const ScenarioPack& pack, const IntentModel& intents,
                                                  const std::vector<std::string>& lines, std::string_view session_id);
}  // namespace rondo::scenario
