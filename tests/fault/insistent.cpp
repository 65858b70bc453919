#include "fault/insistent.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace rondo::fault {
namespace {
using support::Answer;
using support::Event;

constexpr int kPatience = 20;  // refusals of one request; each fault strikes once

bool terminal(const Event& event) { return event.type == "completed" || event.type == "failed"; }
}  // namespace

void Insistent::refused(int status, const std::string& body) {
    ++refusals_;
    if (status < 500 && status != 499) complaints_.push_back(fmt::format("refused as if it were the client's fault: {} {}", status, body));
    client_ = &recover_();
}

Answer Insistent::insist(const std::string& target, const boost::json::object& body) {
    for (int attempt = 0; attempt < kPatience; ++attempt) {
        auto answer = client_->post(target, body);
        if (answer.status < 400) return answer;
        // A turn that failed for good is an answer, too: the same one whenever it is asked for.
        if (!answer.header("idempotent-replay").empty()) return answer;
        refused(answer.status, answer.body);
    }
    throw std::runtime_error{"no answer to " + target};
}

void Insistent::converse() {
    insist("/api/v1/sessions", {{"session_id", session_}});
    listen();
    const auto answer = insist("/api/v1/sessions/" + session_ + "/turns", {{"user_message", "多少钱？"}, {"message_id", "m2"}});
    if (answer.status < 400) told(answer.json, "m2");
    insist("/api/v1/feedback/submit", {{"session_id", session_}, {"turn_number", 1}, {"rating", 4}});
}

/// The streamed turn; what a stream broke off is joined again.
void Insistent::listen() {
    std::string last_id;
    for (int attempt = 0; attempt < kPatience; ++attempt) {
        auto request = support::Client::turn_request(session_, "你好", {{"message_id", "m1"}, {"enable_async_coach", true}});
        request.headers.push_back({"Accept", "text/event-stream"});
        if (!last_id.empty()) request.headers.push_back({"Last-Event-ID", last_id});
        auto stream = client_->stream(std::move(request));
        if (stream.head().status != 200) {
            refused(stream.head().status, stream.head().body);
            continue;
        }
        const auto events = stream.rest();
        if (!events.empty() && !events.back().id.empty()) last_id = events.back().id;
        const auto ends = std::ranges::count_if(events, terminal);
        if (ends > 1) complaints_.emplace_back("a turn ended twice");
        if (ends == 0) {
            refused(503, "the stream broke off");
            continue;
        }
        const auto end = std::ranges::find_if(events, terminal);
        if (end->type == "completed") told(end->json(), "m1");
        return;
    }
    throw std::runtime_error{"the streamed turn had no end"};
}

void Insistent::told(const boost::json::value& result, std::string message_id) {
    told_.push_back({.session = session_,
                     .message_id = std::move(message_id),
                     .number = result.at("turn_number").as_int64(),
                     .text = support::text_of(result, "npc_response")});
}

void Insistent::compare() {
    const auto kept = history_of(*client_, session_);
    for (auto& promise : broken_promises(told_, kept)) complaints_.push_back(std::move(promise));
    if (kept.size() != 2) complaints_.push_back(fmt::format("two messages made {} turns", kept.size()));
    for (const Kept& turn : kept) {
        const auto events = client_->events(session_, turn.number).rest();
        if (std::ranges::count_if(events, terminal) != 1)
            complaints_.push_back(fmt::format("turn {} is not told with one end", turn.number));
    }
    const auto next = client_->say(session_, "你们现在主要靠什么方式排产？");
    if (next.status != 200 || next.at("turn_number") != 3) complaints_.push_back("the session does not go on: " + next.body);
}

std::vector<Kept> history_of(support::Client& client, const std::string& session) {
    std::vector<Kept> kept;
    std::string cursor;
    do {
        const auto page =
            client.get(fmt::format("/api/v1/sessions/{}/messages?limit=100{}", session, cursor.empty() ? "" : "&cursor=" + cursor));
        if (page.status != 200) throw std::runtime_error{"no history: " + page.body};
        for (const auto& item : page.at("items").as_array()) {
            if (support::text_of(item, "role") == "user") {
                kept.push_back(
                    {.session = session, .message_id = support::text_of(item, "message_id"), .number = item.at("turn_number").as_int64()});
                continue;
            }
            if (kept.empty() || item.at("turn_number") != kept.back().number) throw std::runtime_error{"an answer without a message"};
            kept.back().ended = true;
            kept.back().text = support::text_of(item, "text");
            kept.back().advice_given = item.at("coach_advice").is_object();
        }
        cursor = page.text("next");
    } while (!cursor.empty());
    return kept;
}
}  // namespace rondo::fault
