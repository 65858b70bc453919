#include "talk/turn/timeline.hpp"

#include "base/json.hpp"
#include "talk/turn/fields.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

namespace rondo::turn {
namespace {
// On disk: never reuse a number.
enum class Mark : std::int64_t { accepted = 1, restarted = 2, node_started = 3, node_finished = 4, delta = 5, ended = 6, seam = 7 };

FieldWriter mark(Mark mark) {
    FieldWriter fields;
    fields.number(static_cast<std::int64_t>(mark));
    return fields;
}

/// Of a JSON object, its brace still open.
std::string beginning(const event::Beginning& turn) {
    return fmt::format(R"({{"session_id":{},"turn_number":{},"parent_turn":{},"message_id":{},"user_message":{},"trace_id":{})",
                       json::quote(turn.session), turn.number, turn.parent, json::quote(turn.message_id), json::quote(turn.user_message),
                       json::quote(turn.trace_id));
}

double millis(std::chrono::microseconds took) { return static_cast<double>(took.count()) / 1000.0; }
}  // namespace

void Timeline::accepted() { bytes_ += mark(Mark::accepted).take(); }
void Timeline::restarted() { bytes_ += mark(Mark::restarted).take(); }
void Timeline::node_started(std::string_view node) { bytes_ += mark(Mark::node_started).text(node).take(); }
void Timeline::node_finished(std::string_view node, std::string_view status, std::string_view label, std::chrono::microseconds took) {
    bytes_ += mark(Mark::node_finished).text(node).text(status).text(label).number(took.count()).take();
}
void Timeline::delta(std::size_t bytes, bool seam) {
    bytes_ += mark(seam ? Mark::seam : Mark::delta).number(static_cast<std::int64_t>(bytes)).take();
}
void Timeline::ended() { bytes_ += mark(Mark::ended).take(); }

Result<std::int64_t> Timeline::count(std::string_view timeline) {
    std::int64_t events = 0;
    for (FieldReader in{timeline}; !in.at_end(); ++events) {
        switch (static_cast<Mark>(in.number())) {
            case Mark::accepted:
            case Mark::restarted:
            case Mark::ended: break;
            case Mark::node_started: in.text(); break;
            case Mark::node_finished: in.text(), in.text(), in.text(), in.number(); break;
            case Mark::delta:
            case Mark::seam: in.number(); break;
            default: return fail(Code::data_loss, "a stored turn's timeline is damaged");
        }
        if (!in.ok()) return fail(Code::data_loss, "a stored turn's timeline is cut short");
    }
    return events;
}

namespace event {
// Written by hand: a turn tells a dozen of them, most of them to nobody.
PublicEvent accepted(const Beginning& turn) { return {"accepted", beginning(turn) + '}'}; }
PublicEvent restarted(const Beginning& turn, std::int64_t epoch) {
    return {"restarted", fmt::format(R"({},"epoch":{}}})", beginning(turn), epoch)};
}
PublicEvent node_started(std::string_view node) { return {"node_started", fmt::format(R"({{"node":{}}})", json::quote(node))}; }
PublicEvent node_finished(std::string_view node, std::string_view status, std::string_view label, std::chrono::microseconds took) {
    std::string data = fmt::format(R"({{"node":{},"status":{},"duration_ms":{})", json::quote(node), json::quote(status), millis(took));
    if (!label.empty()) data.append(",\"label\":").append(json::quote(label));
    return {"node_finished", std::move(data.append("}"))};
}
PublicEvent delta(std::string_view piece, bool seam) {
    return {"delta", fmt::format(R"({{"text":{}{}}})", json::quote(piece), seam ? R"(,"seam":true)" : "")};
}
PublicEvent ended(State state, std::string_view result) { return {state == State::failed ? "failed" : "completed", std::string{result}}; }
PublicEvent advice(std::string_view session, std::int64_t number, std::string_view advice, std::string_view task_id) {
    return {"coach_advice", fmt::format(R"({{"session_id":{},"turn_number":{},"task_id":{},"advice":{}}})", json::quote(session), number,
                                        json::quote(task_id), advice)};
}
}  // namespace event

Result<std::vector<PublicEvent>> retell(std::string_view session, const TurnRecord& record) {
    // The deltas concatenate to the answer, and every result, a failed turn's too, carries the answer as far as it got.
    boost::system::error_code ec;
    const auto result = boost::json::parse(record.result, ec);
    const auto* object = ec ? nullptr : result.if_object();
    const auto member = [object](const char* key) {
        const auto* value = object->if_contains(key);
        return value && value->is_string() ? std::string_view{value->get_string()} : std::string_view{};
    };
    if (!object) return fail(Code::data_loss, "a stored turn's result is damaged");
    std::string_view answer = member("npc_response");
    const event::Beginning beginning{session, record.number, record.parent, record.message_id, record.user_message, member("trace_id")};
    std::vector<PublicEvent> events;
    bool ended = false;
    FieldReader in{record.timeline};
    while (!in.at_end() && in.ok() && !ended) {
        const auto mark = static_cast<Mark>(in.number());
        switch (mark) {
            case Mark::accepted: events.push_back(event::accepted(beginning)); break;
            case Mark::restarted: events.push_back(event::restarted(beginning, record.epoch)); break;
            case Mark::node_started: events.push_back(event::node_started(in.text())); break;
            case Mark::node_finished: {
                const auto node = in.text(), status = in.text(), label = in.text();
                events.push_back(event::node_finished(node, status, label, std::chrono::microseconds{in.number()}));
                break;
            }
            case Mark::seam:
            case Mark::delta: {
                const auto bytes = static_cast<std::size_t>(in.number());
                if (bytes > answer.size()) return fail(Code::data_loss, "a stored turn's deltas are longer than its answer");
                events.push_back(event::delta(answer.substr(0, bytes), mark == Mark::seam));
                answer.remove_prefix(bytes);
                break;
            }
            case Mark::ended:
                events.push_back(event::ended(record.state, record.result));
                ended = true;
                break;
            default: return fail(Code::data_loss, "a stored turn's timeline is damaged");
        }
    }
    if (!ended || !in.ok() || !in.at_end()) return fail(Code::data_loss, "a stored turn's timeline is cut short");
    if (!answer.empty()) return fail(Code::data_loss, "a stored turn's deltas are shorter than its answer");
    return events;
}
}  // namespace rondo::turn
