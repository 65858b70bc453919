#include "talk/turn/answer.hpp"

#include "base/json.hpp"

#include <boost/json.hpp>

namespace rondo::turn {
namespace {
using boost::json::array;
using boost::json::object;
using boost::json::value;

double millis(Clock::duration took) {
    return static_cast<double>(std::chrono::duration_cast<std::chrono::microseconds>(took).count()) / 1000.0;
}

value coach_advice(const AnswerFacts& f) {
    if (!f.task_id.empty()) return "pending";
    return f.board.coach ? agent::advice_json(*f.board.coach) : value(nullptr);  // braces would make a list of it
}

/// Routing is static until a policy is learned: the way the intent's label chose, with certainty.
value decision(const AnswerFacts& f) {
    if (!f.workflow.enable_bandit) return nullptr;
    const char* chosen = f.board.intent && f.board.intent->wants_knowledge ? "knowledge" : "npc";
    return {{"decision_id", f.accepted.decision_id}, {"chosen", chosen}, {"ucb", 0.0}, {"exploration", false}, {"propensity", 1.0}};
}

/// Who answered and how far down the gateway's chain; null for what no provider was asked.
value answered_by(const AnswerFacts& f) {
    const auto& npc = f.board.npc;
    if (!npc || npc->rung.empty()) return nullptr;
    value target(nullptr);  // the last two rungs have none
    if (!npc->target.empty()) target = npc->target;
    return {{"target", std::move(target)}, {"rung", npc->rung}, {"attempts", npc->attempts}};
}

array sources(const agent::Board& board) {
    array list;
    if (board.knowledge) {
        for (const auto& source : board.knowledge->sources) list.push_back({{"id", source.id}, {"title", source.title}});
    }
    return list;
}

/// All that makes the same problem of it again later.
object error_json(const Error& error) {
    object told{{"code", rondo::name(error.code)}, {"message", error.message}};
    if (!error.reason.empty()) told["reason"] = error.reason;
    if (error.retry_after.count() > 0) told["retry_after_ms"] = error.retry_after.count();
    if (!error.details.empty()) told["details"] = error.details;
    return told;
}
}  // namespace

std::string answer_json(const AnswerFacts& f) {
    const bool modelled = f.board.npc && !f.board.npc->model.empty();
    const ledger::Usage& usage = f.receipt.usage;
    object answer;
    answer.reserve(26);
    answer["session_id"] = f.session_id;
    answer["turn_number"] = f.accepted.number;
    answer["parent_turn"] = f.accepted.parent;
    answer["message_id"] = f.accepted.message_id;
    answer["status"] = name(f.state);
    answer["npc_response"] = f.answer;
    answer["intent"] = f.board.intent ? value(f.board.intent->intent) : value(nullptr);
    answer["confidence"] = f.board.intent ? value(f.board.intent->confidence) : value(nullptr);
    answer["stage"] = f.stage;
    answer["ttft_ms"] = f.ttft ? value(millis(*f.ttft)) : value(nullptr);
    answer["duration_ms"] = millis(f.took);
    answer["coach_advice"] = coach_advice(f);
    if (!f.task_id.empty()) answer["task_id"] = f.task_id;
    answer["compliance"] = f.board.compliance ? agent::compliance_json(*f.board.compliance) : value(nullptr);
    answer["blocked"] = f.blocked;
    answer["sources"] = sources(f.board);
    answer["usage"] = {{"input_tokens", (usage.total() - usage.output).count},
                       {"output_tokens", usage.output.count},
                       {"total_tokens", usage.total().count}};
    answer["cost"] = {{"micros", f.receipt.cost.micros}, {"currency", "USD"}};
    answer["model"] = modelled ? value(f.board.npc->model) : value(nullptr);
    answer["answered_by"] = answered_by(f);
    answer["decision_id"] = f.accepted.decision_id;
    answer["bandit_decision"] = decision(f);
    answer["trace_id"] = f.accepted.trace_id;
    answer["workflow"] = {{"name", f.workflow.name}, {"version", f.workflow.version}, {"generation", f.generation}};
    if (f.imported) answer["imported"] = true;
    if (f.state == State::failed && f.error) answer["error"] = error_json(*f.error);
    return json::write(answer);
}
}  // namespace rondo::turn
