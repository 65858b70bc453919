#include "talk/turn/best_rated.hpp"

#include "talk/scenario/pack.hpp"
#include "talk/turn/record.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace rondo::turn {
namespace {
/// What stars the turns have now, and when they got them. Records are long and are read one by one after.
constexpr store::Sql kRated =
    "SELECT t.id, t.session FROM"
    " (SELECT key, scenario, persona_name, persona_role FROM sessions WHERE tenant = ? AND user = ? ORDER BY key DESC LIMIT 1000) s"
    " JOIN feedback f ON f.session = s.key AND f.matched = 1"
    " JOIN turns t ON t.session = f.session AND t.number = f.number"
    " WHERE s.scenario = ? AND s.persona_name = ? AND s.persona_role = ? AND t.rating >= 4 AND t.state = ?"
    " ORDER BY t.rating DESC, f.created_at DESC, t.id DESC LIMIT 64";
constexpr store::Sql kRecord = "SELECT record FROM turns WHERE id = ? AND record IS NOT NULL";
/// Deleted a moment ago: the tables do not know it yet.
constexpr store::Sql kDeleted =
    "SELECT 1 FROM journal WHERE seq > (SELECT value FROM meta WHERE key = 'projected_seq') AND stream = ? AND kind = ? LIMIT 1";

struct Wanted {
    Scope scope;
    std::string scenario, persona_name, persona_role, intent;
    std::vector<std::string> heard;  ///< answers that would be no news
};

Wanted wanted(const llm::ModelRequest& request, const Scope& scope) {
    const auto slot = [&](const char* name) {
        const auto found = request.cue.slots.find(name);
        return found == request.cue.slots.end() ? std::string{} : found->second;
    };
    Wanted all{.scope = scope,
               .scenario = request.purpose.scenario,
               .persona_name = slot("persona_name"),
               .persona_role = slot("persona_role"),
               .intent = request.cue.intent,
               .heard = request.cue.rejected};
    for (const auto& message : request.messages) {
        if (message.role == llm::Message::Role::assistant) all.heard.push_back(message.text);
    }
    return all;
}

/// The answer in a stored record, if it is one to repeat.
std::optional<std::string> answer_in(std::string_view record, const Wanted& wanted) {
    const auto decoded = TurnRecord::decode(record);
    if (!decoded) return std::nullopt;
    boost::system::error_code ec;
    const auto result = boost::json::parse(decoded->result, ec);
    const auto* object = ec ? nullptr : result.if_object();
    if (!object) return std::nullopt;
    const auto text = [](const boost::json::object& from, const char* key) {
        const auto* value = from.if_contains(key);
        return value && value->is_string() ? std::string_view{value->get_string()} : std::string_view{};
    };
    const auto* by = object->if_contains("answered_by");
    const auto rung = by && by->is_object() ? text(by->get_object(), "rung") : std::string_view{};
    if (text(*object, "model") == "fallback" || rung == "few_shot" || rung == "apology") return std::nullopt;
    const auto* blocked = object->if_contains("blocked");
    if (blocked && blocked->is_bool() && blocked->get_bool()) return std::nullopt;
    const auto answer = text(*object, "npc_response");
    const bool heard = std::ranges::find(wanted.heard, answer) != wanted.heard.end();
    if (answer.empty() || heard || text(*object, "intent") != wanted.intent) return std::nullopt;
    return std::string{answer};
}

Result<std::optional<std::string>> find(store::Reader& reader, const Wanted& wanted) {
    const auto rated = reader.query(kRated, {wanted.scope.tenant.value, wanted.scope.user.value, wanted.scenario, wanted.persona_name,
                                             wanted.persona_role, static_cast<std::int64_t>(State::completed)});
    if (!rated) return propagate(rated);
    for (const auto& row : *rated) {
        const auto record = reader.query(kRecord, {row.integer(0)});
        if (!record) return propagate(record);
        auto answer = record->empty() ? std::nullopt : answer_in(record->front().blob(0), wanted);
        if (!answer) continue;
        const auto deleted = reader.query(kDeleted, {row.integer(1), static_cast<std::int64_t>(Kind::session_deleted)});
        if (!deleted) return propagate(deleted);
        if (deleted->empty()) return answer;
    }
    return std::nullopt;
}
}  // namespace

asio::awaitable<Result<std::optional<std::string>>> BestRated::best_rated(const llm::ModelRequest& request, CallContext ctx) {
    auto want = wanted(request, ctx.scope);
    if (want.scenario.empty() || want.intent.empty() || want.intent == scenario::kOutOfScope) co_return std::nullopt;
    co_return co_await database_.read([want = std::move(want)](store::Reader& reader) { return find(reader, want); });
}
}  // namespace rondo::turn
