#include "edge/gateway/codec.hpp"

#include "base/clock.hpp"
#include "base/json_reader.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace rondo::gateway {
namespace {
constexpr const char* kRedacted = "[REDACTED]";

using boost::json::array;
using boost::json::object;
using boost::json::value;

constexpr std::size_t kMaxName = 200;
constexpr std::int64_t kMaxTurns = 1'000'000;

/// The body as an object, or why not. An empty body counts as `{}` where `may_be_empty`.
Result<value> object_of(std::string_view body, bool may_be_empty) {
    if (body.empty() && may_be_empty) return value(object{});
    auto parsed = json::parse(body);
    if (parsed && !parsed->is_object()) return fail(json::invalid({{"", "must be a JSON object"}}));
    return parsed;
}

constexpr const char* kIdRule = "must be 1 to 128 characters of A-Z a-z 0-9 . _ : -";

/// For ids the caller may leave out, or empty, which is the same.
void check_id(json::ObjectReader& in, std::string_view key, const std::string& id) {
    if (!id.empty() && !valid_id(id)) in.fault(key, kIdRule);
}

/// What every request for an answer may say, whatever it answers.
void read_options(json::ObjectReader& in, std::vector<Fault>& faults, turn::TurnRequest& request) {
    in.optional("enable_async_coach", request.enable_async_coach);
    in.optional("use_fallback", request.use_fallback);
    in.optional("message_id", request.message_id, 128);
    check_id(in, "message_id", request.message_id);
    if (!request.idempotency_key.empty() && !valid_id(request.idempotency_key)) faults.push_back({"Idempotency-Key", kIdRule});
    in.finish();
}

/// A number from text that holds nothing else.
bool read_number(std::string_view text, std::int64_t& out) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    return error == std::errc{} && end == text.data() + text.size();
}
}  // namespace

Result<turn::SessionCreated> session_request(std::string_view body) {
    const auto parsed = object_of(body, true);
    if (!parsed) return propagate(parsed);
    std::vector<Fault> faults;
    json::ObjectReader in{parsed->get_object(), "", faults};
    turn::SessionCreated wanted;
    in.optional("session_id", wanted.id, 128);
    in.optional("user_id", wanted.user, 128);
    in.optional("scenario", wanted.scenario, 128);
    check_id(in, "session_id", wanted.id);
    check_id(in, "user_id", wanted.user);
    if (const auto* persona = in.object("persona")) {
        json::ObjectReader inner{*persona, "/persona", faults};
        inner.optional("name", wanted.persona_name, kMaxName);
        inner.optional("role", wanted.persona_role, kMaxName);
        inner.finish();
    }
    in.finish();
    if (!faults.empty()) return fail(json::invalid(std::move(faults)));
    return wanted;
}

Result<turn::TurnRequest> turn_request(std::string_view body, std::string_view session, std::string_view idempotency_key) {
    const auto parsed = object_of(body, false);
    if (!parsed) return propagate(parsed);
    std::vector<Fault> faults;
    json::ObjectReader in{parsed->get_object(), "", faults};
    turn::TurnRequest request;
    request.session = SessionId{session};
    request.idempotency_key = idempotency_key;
    if (in.required("user_message", request.user_message, kMaxMessageBytes)) {
        if (request.user_message.find_first_not_of(" \t\r\n") == std::string::npos) in.fault("user_message", "must not be empty");
    }
    std::int64_t number = 0;
    if (in.optional("turn_number", number, 1, kMaxTurns)) request.turn_number = number;
    if (in.optional("parent_turn", number, 0, kMaxTurns)) request.parent_turn = number;
    read_options(in, faults, request);
    if (!faults.empty()) return fail(json::invalid(std::move(faults)));
    return request;
}

Result<turn::TurnRequest> regenerate_request(std::string_view body, std::string_view session, std::string_view idempotency_key) {
    const auto parsed = object_of(body, true);
    if (!parsed) return propagate(parsed);
    std::vector<Fault> faults;
    json::ObjectReader in{parsed->get_object(), "", faults};
    turn::TurnRequest request;
    request.session = SessionId{session};
    request.idempotency_key = idempotency_key;
    read_options(in, faults, request);
    if (!faults.empty()) return fail(json::invalid(std::move(faults)));
    return request;
}

Result<turn::FeedbackGiven> feedback_request(std::string_view body) {
    const auto parsed = object_of(body, false);
    if (!parsed) return propagate(parsed);
    std::vector<Fault> faults;
    json::ObjectReader in{parsed->get_object(), "", faults};
    turn::FeedbackGiven feedback;
    if (in.required("session_id", feedback.session_id, 128) && !valid_id(feedback.session_id)) in.fault("session_id", kIdRule);
    in.required("turn_number", feedback.number, 1, kMaxTurns);
    in.required("rating", feedback.rating, 1, 5);
    in.optional("intent", feedback.intent, kMaxName);
    in.optional("decision_id", feedback.decision_id, 128);
    in.optional("comment", feedback.comment, 4'000);
    feedback.signals = "{}";
    if (const auto* signals = in.object("signals")) {
        for (const auto& signal : *signals) {
            if (!signal.value().is_number()) faults.push_back({json::join("/signals", signal.key()), "must be a number"});
        }
        if (signals->size() > 32) in.fault("signals", "must have at most 32 members");
        feedback.signals = json::write(*signals);
    }
    in.finish();
    if (!faults.empty()) return fail(json::invalid(std::move(faults)));
    return feedback;
}

std::int64_t limit_of(const net::Request& request, std::int64_t usual, std::int64_t most, std::vector<Fault>& faults) {
    const auto text = request.query_value("limit");
    if (!text) return usual;
    std::int64_t limit = 0;
    if (!read_number(*text, limit) || limit < 1 || limit > most)
        faults.push_back({"limit", fmt::format("must be an integer from 1 to {}", most)});
    return limit;
}

Result<Paging> paging(const net::Request& request) {
    Paging page;
    std::vector<Fault> faults;
    page.limit = limit_of(request, page.limit, 200, faults);
    if (const auto cursor = request.query_value("cursor")) {
        if (!read_number(*cursor, page.cursor) || page.cursor < 0) faults.push_back({"cursor", "must be the `next` of an earlier page"});
    }
    if (!faults.empty()) return fail(json::invalid(std::move(faults)));
    return page;
}

Result<std::optional<std::int64_t>> leaf(const net::Request& request) {
    const auto text = request.query_value("leaf");
    if (!text) return std::nullopt;
    std::int64_t number = 0;
    if (!read_number(*text, number) || number < 1) return fail(json::invalid({{"leaf", "must be the number of a turn"}}));
    return number;
}

Result<std::int64_t> turn_number(std::string_view segment) {
    std::int64_t number = 0;
    if (!read_number(segment, number) || number < 1) return fail(Code::not_found, "the session has no turn of that number");
    return number;
}

object session_json(const turn::StoredSession& session, const turn::Scenario* scenario) {
    const auto& created = session.created;
    const auto* persona = scenario ? &scenario->pack->persona() : nullptr;
    const auto or_packs = [](const std::string& own, const std::string* packs) { return own.empty() && packs ? *packs : own; };
    object json{{"session_id", created.id}, {"user_id", created.user}, {"scenario", created.scenario}};
    json["persona"] = {{"name", or_packs(created.persona_name, persona ? &persona->name : nullptr)},
                       {"role", or_packs(created.persona_role, persona ? &persona->role : nullptr)}};
    json["stage"] = created.stage;
    json["opening"] = scenario ? value(scenario->pack->opening_line()) : value(nullptr);
    json["language"] = scenario ? value(scenario->pack->language()) : value(nullptr);
    json["title"] = created.title;
    json["turns"] = session.turns;
    json["tip"] = session.turns;  // the newest turn's number
    json["created_at"] = iso8601(created.at);
    json["updated_at"] = iso8601(session.updated_at);
    return json;
}

void append_messages(array& items, const turn::PathTurn& told) {
    const turn::StoredTurn& turn = told.turn;
    const array siblings(told.siblings.begin(), told.siblings.end());
    items.push_back({{"turn_number", turn.number},
                     {"parent_turn", turn.parent},
                     {"siblings", siblings},
                     {"role", "user"},
                     {"text", turn.user_message},
                     {"message_id", turn.message_id},
                     {"created_at", iso8601(turn.accepted_at)}});
    if (!turn.record) return;
    boost::system::error_code ec;
    auto result = boost::json::parse(turn.record->result, ec);
    object npc = !ec && result.is_object() ? std::move(result.get_object()) : object{};
    npc["role"] = "npc";
    npc["siblings"] = siblings;
    npc["text"] = npc.contains("npc_response") ? npc["npc_response"] : value("");
    npc.erase("npc_response");
    if (!turn.advice.empty()) {
        auto advice = boost::json::parse(turn.advice, ec);
        if (!ec) npc["coach_advice"] = std::move(advice);
    }
    npc["rating"] = turn.rating ? value(*turn.rating) : value(nullptr);
    npc["created_at"] = iso8601(turn.record->at);
    items.push_back(std::move(npc));
}

void redact_session(object& session) {
    session["title"] = kRedacted;
    session["persona"] = {{"name", kRedacted}, {"role", kRedacted}};
}

void redact_messages(array& items) {
    // What may stay is listed, so that a member added later is hidden until somebody thought about it.
    constexpr std::string_view kShown[] = {"turn_number", "parent_turn", "siblings", "role",       "created_at", "status",
                                           "intent",      "confidence",  "stage",    "ttft_ms",    "usage",      "model",
                                           "cost",        "rating",      "trace_id", "decision_id"};
    for (auto& item : items) {
        object kept{{"text", kRedacted}};
        for (const auto& member : item.as_object()) {
            if (std::ranges::find(kShown, std::string_view{member.key()}) != std::end(kShown)) kept[member.key()] = member.value();
        }
        item = std::move(kept);
    }
}

object scenario_json(const turn::Scenario& scenario) {
    const auto& pack = *scenario.pack;
    array stages;
    for (const auto& stage : pack.stages()) stages.push_back({{"name", stage.name}, {"title", stage.title}, {"goal", stage.goal}});
    array intents;
    for (const auto& intent : pack.intents()) intents.push_back({{"name", intent.name}, {"title", intent.title}});
    object json{{"id", pack.id()}, {"title", pack.title()}, {"description", pack.description()}, {"language", pack.language()}};
    json["persona"] = {{"name", pack.persona().name}, {"role", pack.persona().role}};
    json["stages"] = std::move(stages);
    json["intents"] = std::move(intents);
    json["opening"] = pack.opening_line();
    json["suggestions"] = array(pack.example_messages().begin(), pack.example_messages().end());
    const auto& workflow = scenario.graph->workflow();
    json["workflow"] = {{"name", workflow.name}, {"version", workflow.version}, {"source", scenario.workflow_source}};
    return json;
}

object feedback_json(const turn::FeedbackGiven& feedback) {
    return {{"status", "accepted"},
            {"feedback_id", feedback.id},
            {"session_id", feedback.session_id},
            {"turn_number", feedback.number},
            {"rating", feedback.rating},
            {"reward", (static_cast<double>(feedback.rating) - 3) / 2},  // 1 to 5 stars as -1 to 1
            {"match", feedback.matched ? "matched" : "unmatched"}};
}

std::int64_t used_tokens(std::string_view result) {
    boost::system::error_code ec;
    const auto parsed = boost::json::parse(result, ec);
    if (ec) return 0;
    const auto* total = parsed.find_pointer("/usage/total_tokens", ec);
    return total && total->is_int64() ? total->get_int64() : 0;
}

Error failed_turn(std::string_view result) {
    Error error{Code::internal, "the turn failed"};
    boost::system::error_code ec;
    const auto parsed = boost::json::parse(result, ec);
    const auto* fields = !ec && parsed.is_object() ? parsed.get_object().if_contains("error") : nullptr;
    if (!fields || !fields->is_object()) return error;
    const auto text = [fields](const char* key) -> std::string_view {
        const auto* member = fields->get_object().if_contains(key);
        return member && member->is_string() ? std::string_view{member->get_string()} : std::string_view{};
    };
    for (int code = 0; code <= static_cast<int>(Code::insufficient_storage); ++code) {
        if (text("code") == name(static_cast<Code>(code))) error.code = static_cast<Code>(code);
    }
    if (!text("message").empty()) error.message = text("message");
    error.reason = text("reason");
    error.details = text("details");
    if (const auto* wait = fields->get_object().if_contains("retry_after_ms"); wait && wait->is_int64()) {
        error.retry_after = std::chrono::milliseconds{wait->get_int64()};
    }
    return error;
}
}  // namespace rondo::gateway
