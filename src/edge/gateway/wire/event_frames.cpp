#include "edge/gateway/wire/event_frames.hpp"

#include "base/json.hpp"
#include "edge/gateway/codec.hpp"
#include "platform/net/problem.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <string>

namespace rondo::gateway::wire {
namespace {
using boost::json::object;
using boost::json::value;

constexpr const char* kRedacted = "[REDACTED]";

const value* member(const object& from, const char* key) { return from.if_contains(key); }

std::string text(const object& from, const char* key) {
    const auto* found = member(from, key);
    return found && found->is_string() ? std::string{found->get_string()} : std::string{};
}
double real(const object& from, const char* key) {
    const auto* found = member(from, key);
    return found && found->is_number() ? found->to_number<double>() : 0;
}
std::int64_t whole(const object& from, const char* key) {
    const auto* found = member(from, key);
    return found && found->is_int64() ? found->get_int64() : 0;
}
std::uint32_t count(const object& from, const char* key) {
    constexpr std::int64_t kMost = std::numeric_limits<std::uint32_t>::max();
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(whole(from, key), 0, kMost));
}
bool truth(const object& from, const char* key) {
    const auto* found = member(from, key);
    return found && found->is_bool() && found->get_bool();
}
const object* inner(const object& from, const char* key) {
    const auto* found = member(from, key);
    return found ? found->if_object() : nullptr;
}
template <class Take>
void each(const object& from, const char* key, Take take) {
    const auto* found = member(from, key);
    const auto* list = found ? found->if_array() : nullptr;
    if (!list) return;
    for (const auto& item : *list) {
        if (const auto* one = item.if_object()) take(*one);
    }
}

void read_advice(const object& from, v1::Advice& advice) {
    advice.set_text(text(from, "text"));
    const auto* rules = member(from, "rules");
    if (!rules || !rules->is_array()) return;
    for (const auto& rule : rules->get_array()) {
        if (rule.is_string()) advice.add_rules(std::string{rule.get_string()});
    }
}

void read_compliance(const object& from, v1::Compliance& compliance) {
    compliance.set_risk_level(text(from, "risk_level"));
    compliance.set_score(static_cast<float>(real(from, "score")));
    each(from, "findings", [&](const object& one) {
        auto& finding = *compliance.add_findings();
        finding.set_rule(text(one, "rule"));
        finding.set_risk_level(text(one, "risk_level"));
        finding.set_message(text(one, "message"));
        finding.set_in_answer(text(one, "in") == "answer");
    });
}

v1::TurnStatus status_of(std::string_view word) {
    if (word == "stopped") return v1::STOPPED;
    return word == "failed" ? v1::FAILED : v1::COMPLETED;
}

void read_end(const object& from, v1::Ended& ended) {
    ended.set_turn_number(count(from, "turn_number"));
    ended.set_status(status_of(text(from, "status")));
    ended.set_answer_bytes(static_cast<std::uint32_t>(text(from, "npc_response").size()));
    ended.set_stage(text(from, "stage"));
    ended.set_intent(text(from, "intent"));
    ended.set_confidence(static_cast<float>(real(from, "confidence")));
    if (const auto* compliance = inner(from, "compliance")) read_compliance(*compliance, *ended.mutable_compliance());
    ended.set_blocked(truth(from, "blocked"));
    if (const auto* usage = inner(from, "usage")) {
        ended.set_input_tokens(count(*usage, "input_tokens"));
        ended.set_output_tokens(count(*usage, "output_tokens"));
    }
    if (const auto* cost = inner(from, "cost")) ended.set_cost_micros(whole(*cost, "micros"));
    ended.set_task_id(text(from, "task_id"));
    if (const auto* advice = inner(from, "coach_advice")) read_advice(*advice, *ended.mutable_advice());
    ended.set_ttft_ms(static_cast<float>(real(from, "ttft_ms")));
    ended.set_duration_ms(static_cast<float>(real(from, "duration_ms")));
    ended.set_decision_id(text(from, "decision_id"));
    ended.set_model(text(from, "model"));
    each(from, "sources", [&](const object& one) {
        auto& source = *ended.add_sources();
        source.set_id(text(one, "id"));
        source.set_title(text(one, "title"));
    });
}

void read_accepted(const object& data, Frame& frame) {
    auto& accepted = *frame.mutable_accepted();
    accepted.set_turn_number(count(data, "turn_number"));
    accepted.set_parent_turn(count(data, "parent_turn"));
    accepted.set_message_id(text(data, "message_id"));
    accepted.set_trace_id(trace_bytes(text(data, "trace_id")));
    accepted.set_user_message(text(data, "user_message"));
}

void read_delta(const object& data, Frame& frame) {
    frame.mutable_delta()->set_text(text(data, "text"));
    frame.mutable_delta()->set_seam(truth(data, "seam"));
}

void read_node(const object& data, Frame& frame) {
    auto& node = *frame.mutable_node();
    node.set_name(text(data, "node"));
    node.set_status(text(data, "status"));
    node.set_label(text(data, "label"));
    node.set_duration_ms(static_cast<float>(real(data, "duration_ms")));
}

void read_coach(const object& data, Frame& frame) {
    auto& advice = *frame.mutable_advice();
    if (const auto* given = inner(data, "advice")) read_advice(*given, advice);
    else advice.set_missing(true);
    advice.set_turn_number(count(data, "turn_number"));
    advice.set_task_id(text(data, "task_id"));
}

struct Reader {
    std::string_view type;
    void (*read)(const object& data, Frame& frame);
};
constexpr std::array kReaders{
    Reader{"delta", read_delta},
    Reader{"node_started", read_node},
    Reader{"node_finished", read_node},
    Reader{"accepted", read_accepted},
    Reader{"restarted", [](const object& data, Frame& frame) { frame.mutable_restarted()->set_turn_number(count(data, "turn_number")); }},
    Reader{"completed", [](const object& data, Frame& frame) { read_end(data, *frame.mutable_completed()); }},
    Reader{"failed", [](const object& data, Frame& frame) { read_end(data, *frame.mutable_failed()); }},
    Reader{"coach_advice", read_coach},
};
}  // namespace

Result<Frame> event_frame(std::string_view type, std::string_view data, std::int64_t turn) {
    const auto* reader = std::ranges::find(kReaders, type, &Reader::type);
    if (reader == kReaders.end()) return fail(Code::data_loss, fmt::format("no event of a session is called {}", type));
    const auto parsed = json::parse(data);
    if (!parsed || !parsed->is_object()) return fail(Code::data_loss, "an event of a session is damaged");
    Frame frame;
    reader->read(parsed->get_object(), frame);
    // A turn that failed before it had a result has the error alone.
    if (frame.has_failed()) {
        frame.mutable_failed()->set_turn_number(static_cast<std::uint32_t>(turn));
        frame.mutable_failed()->set_status(v1::FAILED);
        *frame.mutable_failed()->mutable_error() = wire_error(failed_turn(data));
    }
    return frame;
}

v1::Error wire_error(const Error& error) {
    v1::Error told;
    told.set_code(name(error.code));
    told.set_message(error.message);
    told.set_reason(error.reason);
    told.set_retry_after_ms(
        static_cast<std::uint32_t>(std::clamp<std::int64_t>(error.retry_after.count(), 0, std::numeric_limits<std::uint32_t>::max())));
    told.set_status(static_cast<std::uint32_t>(net::http_status(error)));
    for (const auto& fault : error.faults) {
        auto& one = *told.add_faults();
        one.set_pointer(fault.path);
        one.set_detail(fault.message);
    }
    return told;
}

bool redact(Frame& frame) {
    const auto hide = [](v1::Advice& advice) {
        if (!advice.missing()) advice.set_text(kRedacted);
        advice.clear_rules();
    };
    const auto hide_end = [&hide](v1::Ended& ended) {
        if (ended.has_compliance()) ended.mutable_compliance()->clear_findings();
        if (ended.has_advice()) hide(*ended.mutable_advice());
        ended.clear_sources();
        ended.clear_answer_bytes();
    };
    switch (frame.body_case()) {
        case Frame::kDelta: return false;
        case Frame::kAccepted:
            frame.mutable_accepted()->set_user_message(kRedacted);
            frame.mutable_accepted()->clear_message_id();
            return true;
        case Frame::kCompleted: return hide_end(*frame.mutable_completed()), true;
        case Frame::kFailed: return hide_end(*frame.mutable_failed()), true;
        case Frame::kAdvice: return hide(*frame.mutable_advice()), true;
        case Frame::kNode: return frame.mutable_node()->clear_label(), true;
        default: return true;
    }
}
}  // namespace rondo::gateway::wire
