#include "talk/agent/outcome.hpp"

#include <boost/json.hpp>

namespace rondo::agent {
namespace {
using boost::json::array;
using boost::json::object;
using boost::json::value;

array texts(const std::vector<std::string>& list) { return array(list.begin(), list.end()); }

std::string text(const value& from) { return boost::json::value_to<std::string>(from); }

value write(const IntentOutcome& o) { return {{"intent", o.intent}, {"confidence", o.confidence}, {"knowledge", o.wants_knowledge}}; }
value write(const KnowledgeOutcome& o) {
    array sources;
    for (const auto& s : o.sources) sources.push_back({{"id", s.id}, {"title", s.title}, {"text", s.text}, {"score", s.score}});
    return sources;
}
value write(const NpcOutcome& o) {
    return {{"text", o.text},
            {"model", o.model},
            {"finish", o.finish_reason},
            {"target", o.target},
            {"rung", o.rung},
            {"attempts", o.attempts},
            {"input", o.usage.input.count},
            {"output", o.usage.output.count},
            {"cache_write", o.usage.cache_write.count},
            {"cache_read", o.usage.cache_read.count}};
}
value write(const CoachOutcome& o) { return advice_json(o); }
value write(const ComplianceOutcome& o) {
    array hits;
    for (const auto& hit : o.report.hits) {
        hits.push_back({{"rule", hit.rule}, {"risk", scenario::name(hit.risk)}, {"message", hit.message}, {"in_answer", hit.in_answer}});
    }
    return {{"risk", scenario::name(o.report.risk_level)}, {"score", o.report.score}, {"hits", std::move(hits)}};
}

Outcome read_intent(const value& v) {
    return IntentOutcome{text(v.at("intent")), v.at("confidence").to_number<double>(), v.at("knowledge").as_bool()};
}
Outcome read_knowledge(const value& v) {
    KnowledgeOutcome o;
    for (const auto& s : v.as_array())
        o.sources.push_back({text(s.at("id")), text(s.at("title")), text(s.at("text")), s.at("score").to_number<double>()});
    return o;
}
Outcome read_npc(const value& v) {
    const auto tokens = [&v](const char* key) { return Tokens{v.at(key).to_number<std::int64_t>()}; };
    NpcOutcome o{text(v.at("text")),
                 {tokens("input"), tokens("output"), tokens("cache_write"), tokens("cache_read")},
                 text(v.at("model")),
                 text(v.at("finish"))};
    if (v.as_object().contains("rung")) {  // not in what earlier versions wrote
        o.target = text(v.at("target"));
        o.rung = text(v.at("rung"));
        o.attempts = v.at("attempts").to_number<std::int64_t>();
    }
    return o;
}
Outcome read_coach(const value& v) {
    return CoachOutcome{text(v.at("text")), boost::json::value_to<std::vector<std::string>>(v.at("rules"))};
}
scenario::Risk risk(const value& v) { return scenario::parse_risk(v.as_string()).value(); }
Outcome read_compliance(const value& v) {
    ComplianceOutcome o;
    o.report.risk_level = risk(v.at("risk"));
    o.report.score = v.at("score").to_number<double>();
    for (const auto& hit : v.at("hits").as_array()) {
        o.report.hits.push_back({text(hit.at("rule")), risk(hit.at("risk")), text(hit.at("message")), hit.at("in_answer").as_bool()});
    }
    return o;
}

struct Reader {
    std::string_view node;
    Outcome (*read)(const value&);
};
constexpr Reader kReaders[] = {
    {"intent", read_intent}, {"knowledge", read_knowledge}, {"npc", read_npc}, {"coach", read_coach}, {"compliance", read_compliance}};

struct Label {
    std::string operator()(const IntentOutcome& o) const { return o.wants_knowledge ? "knowledge" : "npc"; }
    std::string operator()(const KnowledgeOutcome& o) const { return o.sources.empty() ? "none" : "found"; }
    std::string operator()(const NpcOutcome& o) const { return o.finish_reason; }
    std::string operator()(const CoachOutcome&) const { return "advised"; }
    std::string operator()(const ComplianceOutcome& o) const { return scenario::name(o.report.risk_level); }
};

struct Put {
    Board& board;
    void operator()(IntentOutcome&& o) const { board.intent = std::move(o); }
    void operator()(KnowledgeOutcome&& o) const { board.knowledge = std::move(o); }
    void operator()(NpcOutcome&& o) const { board.npc = std::move(o); }
    void operator()(CoachOutcome&& o) const { board.coach = std::move(o); }
    void operator()(ComplianceOutcome&& o) const { board.compliance = std::move(o); }
};
}  // namespace

std::string label(const Outcome& outcome) { return std::visit(Label{}, outcome); }
value to_json(const Outcome& outcome) {
    return std::visit([](const auto& o) { return write(o); }, outcome);
}
void Board::put(Outcome outcome) { std::visit(Put{*this}, std::move(outcome)); }

Result<Outcome> from_json(std::string_view node, const value& from) {
    for (const auto& reader : kReaders) {
        if (reader.node != node) continue;
        try {
            return reader.read(from);
        } catch (const std::exception&) {  // Boost.JSON throws on a missing member or another type
            return fail(Code::data_loss, "the stored result of node " + std::string{node} + " is damaged");
        }
    }
    return fail(Code::data_loss, "a stored result names the unknown node " + std::string{node});
}

value advice_json(const CoachOutcome& advice) { return {{"text", advice.text}, {"rules", texts(advice.rules)}}; }

value compliance_json(const ComplianceOutcome& compliance) {
    array findings;
    for (const auto& hit : compliance.report.hits) {
        findings.push_back({{"rule", hit.rule},
                            {"risk_level", scenario::name(hit.risk)},
                            {"message", hit.message},
                            {"in", hit.in_answer ? "answer" : "message"}});
    }
    return {{"risk_level", scenario::name(compliance.report.risk_level)},
            {"score", compliance.report.score},
            {"findings", std::move(findings)}};
}
}  // namespace rondo::agent
