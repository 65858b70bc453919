#include "talk/turn/branch.hpp"

#include "talk/turn/turn_tree.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <span>
#include <utility>

namespace rondo::turn {
namespace {
/// Adds the pasts of those of `numbers` that have ended; `last` becomes the last of their records.
Status add_pasts(store::Reader& reader, std::int64_t session, std::span<const std::int64_t> numbers, auto& pasts,
                 std::optional<TurnRecord>& last) {
    for (const std::int64_t number : numbers) {
        auto turn = repository::turn(reader, session, number);
        if (!turn) return propagate(turn);
        if (!*turn || !(*turn)->record) continue;
        pasts.push_back(std::make_shared<const agent::PastTurn>(past_turn(**turn)));
        last = std::move((*turn)->record);
    }
    return {};
}

std::span<const std::int64_t> last_of(const std::vector<std::int64_t>& numbers, std::size_t most) {
    return std::span{numbers}.last(std::min(most, numbers.size()));
}
}  // namespace

void Branch::extend(agent::PastTurn past, std::string stage_after, std::size_t most) {
    leaf = past.number;
    stage = std::move(stage_after);
    rivals.clear();
    history.push_back(std::make_shared<const agent::PastTurn>(std::move(past)));
    while (history.size() > std::max<std::size_t>(most, 1)) history.pop_front();
}

agent::PastTurn past_turn(const StoredTurn& turn) {
    agent::PastTurn past{.number = turn.number, .user = turn.user_message, .npc = {}, .intent = {}, .advice = {}};
    boost::system::error_code ec;
    const auto result = boost::json::parse(turn.record->result, ec);
    const auto* object = ec ? nullptr : result.if_object();
    const auto text = [](const boost::json::object& in, const char* key) {
        const auto* value = in.if_contains(key);
        return value && value->is_string() ? std::string{value->get_string()} : std::string{};
    };
    if (!object) return past;
    past.npc = text(*object, "npc_response");
    past.intent = text(*object, "intent");
    const auto* advice = object->if_contains("coach_advice");
    if (!turn.advice.empty()) {  // a follow-up brought it later
        const auto later = boost::json::parse(turn.advice, ec);
        if (!ec && later.is_object()) past.advice = text(later.get_object(), "text");
    } else if (advice && advice->is_object()) {
        past.advice = text(advice->get_object(), "text");
    }
    return past;
}

Result<std::optional<Branch>> read_branch(store::Reader& reader, std::int64_t session, std::int64_t leaf, const std::string& initial,
                                          std::size_t most) {
    const auto edges = repository::edges(reader, session);
    if (!edges) return propagate(edges);
    const TurnTree tree{*edges};
    if (leaf != 0 && !tree.has(leaf)) return std::nullopt;
    Branch branch{.leaf = leaf, .stage = initial};
    std::optional<TurnRecord> last;
    if (leaf != 0) {
        const auto added = add_pasts(reader, session, last_of(tree.path(leaf), std::max<std::size_t>(most, 1)), branch.history, last);
        if (!added) return propagate(added);
        if (!last || last->number != leaf) return std::nullopt;  // it runs still
        branch.stage = last->stage;
    }
    const auto added = add_pasts(reader, session, last_of(tree.children(leaf), Branch::kMaxRivals), branch.rivals, last);
    if (!added) return propagate(added);
    return branch;
}
}  // namespace rondo::turn
