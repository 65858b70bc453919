#include "fault/turn_audit.hpp"

#include <fmt/format.h>

#include <map>
#include <utility>

namespace rondo::fault {
namespace {
using Key = std::pair<std::string, std::string>;  // session, message id
std::string shown(const Key& key) { return key.first + "/" + key.second; }
}  // namespace

std::vector<std::string> broken_promises(const std::vector<Told>& told, const std::vector<Kept>& kept) {
    std::vector<std::string> broken;
    std::map<Key, const Kept*> turns;
    std::map<std::string, std::int64_t> last;  // number seen in each session
    for (const Kept& turn : kept) {
        const Key key{turn.session, turn.message_id};
        if (!turns.emplace(key, &turn).second) broken.push_back(shown(key) + ": made more than one turn");
        if (turn.number != ++last[turn.session])
            broken.push_back(fmt::format("{}: is number {} where {} was due", shown(key), turn.number, last[turn.session]));
        if (!turn.ended) broken.push_back(shown(key) + ": was left running");
    }
    for (const Told& answer : told) {
        const Key key{answer.session, answer.message_id};
        const auto found = turns.find(key);
        if (found == turns.end()) {
            broken.push_back(shown(key) + ": was acknowledged and is lost");
            continue;
        }
        const Kept& turn = *found->second;
        if (turn.number != answer.number)
            broken.push_back(fmt::format("{}: was told as number {} and is kept as {}", shown(key), answer.number, turn.number));
        if (turn.text != answer.text) broken.push_back(shown(key) + ": is kept with another text than was told");
        if (answer.advice_promised && !turn.advice_given) broken.push_back(shown(key) + ": its promised advice never came");
    }
    return broken;
}
}  // namespace rondo::fault
