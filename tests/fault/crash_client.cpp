#include "fault/crash_client.hpp"

#include "platform/store/event_log.hpp"
#include "support/client.hpp"

#include <fmt/format.h>

#include <array>

namespace rondo::fault {
namespace {
using support::text_of;

constexpr std::chrono::seconds kPatience{60};
constexpr std::array kMessages{"你好", "你们的产品有什么功能？", "多少钱？", "你们现在主要靠什么方式排产？", "交期一般要多久？"};

CallContext patience() { return CallContext{}.within(kPatience); }
}  // namespace

/// What a listener knows of one turn, over all its connections.
struct CrashClient::Hearing {
    store::EventId last;
    std::string last_id;   ///< as it will be sent
    std::string text;      ///< of the deltas of this epoch
    std::int64_t number{0};
    boost::json::value result;
    bool advised{false};
};

void CrashClient::complain(std::string what) { world_.complaints.push_back(session_ + ": " + std::move(what)); }

asio::awaitable<void> CrashClient::server_up() {
    while (!world_.up || place_ >= world_.speaking) (void)co_await world_.changed.wait();
    if (start_ == world_.starts) co_return;
    start_ = world_.starts;
    http_.emplace(world_.executor, "127.0.0.1", world_.port);
}

/// No answer: to be expected after a crash, and where it is said, and only then.
CrashClient::Outcome CrashClient::broken(const Error& error) {
    if (world_.up && start_ == world_.starts && !world_.cuts) {
        complain(fmt::format("no answer from a running server: {}", error.message));
        return Outcome::gave_up;
    }
    return Outcome::again;
}

CrashClient::Outcome CrashClient::refused(int status, const std::string& body) {
    complain(fmt::format("refused with {}: {}", status, body));
    return Outcome::gave_up;
}

net::ClientRequest CrashClient::turn_request(const boost::json::object& body) const {
    return {.method = net::Method::post, .target = "/api/v1/sessions/" + session_ + "/turns", .body = boost::json::serialize(body)};
}

asio::awaitable<void> CrashClient::run() {
    if (!co_await open_session()) co_return;
    for (int nth = 1; !world_.enough; ++nth) {
        if (!co_await take_turn(nth)) co_return;
    }
}

asio::awaitable<bool> CrashClient::open_session() {
    for (;;) {
        co_await server_up();
        const auto response = co_await http_->send({.method = net::Method::post,
                                                    .target = "/api/v1/sessions",
                                                    .body = boost::json::serialize(boost::json::object{{"session_id", session_}})},
                                                   patience());
        if (response && (response->status == 201 || response->status == 200)) co_return true;
        const Outcome outcome = response ? refused(response->status, response->body) : broken(response.error());
        if (outcome == Outcome::gave_up) co_return false;
    }
}

/// Asks until there is an answer, always under the same message id.
asio::awaitable<bool> CrashClient::take_turn(int nth) {
    const boost::json::object body{{"user_message", kMessages[static_cast<std::size_t>(nth) % kMessages.size()]},
                                   {"message_id", fmt::format("{}-{}", session_, nth)},
                                   {"enable_async_coach", manner_.async_coach}};
    Hearing hearing;
    for (int attempt = 0;; ++attempt) {
        co_await server_up();
        if (attempt > 0) ++world_.repeats;
        Outcome outcome = Outcome::again;
        if (manner_.stream) outcome = co_await listen(body, hearing);
        else outcome = co_await ask(body);
        if (outcome != Outcome::again) co_return outcome == Outcome::told;
    }
}

asio::awaitable<CrashClient::Outcome> CrashClient::ask(const boost::json::object& body) {
    const auto response = co_await http_->send(turn_request(body), patience());
    if (!response) co_return broken(response.error());
    if (response->status != 200) co_return refused(response->status, response->body);
    told(body, boost::json::parse(response->body));
    world_.heard();
    co_return Outcome::told;
}

asio::awaitable<CrashClient::Outcome> CrashClient::listen(const boost::json::object& body, Hearing& hearing) {
    auto request = turn_request(body);
    if (!hearing.last_id.empty()) request.headers.push_back({"Last-Event-ID", hearing.last_id});
    auto stream = co_await http_->stream(std::move(request), patience());
    if (!stream) co_return broken(stream.error());
    if (stream->response().status != 200) co_return refused(stream->response().status, stream->response().body);
    for (;;) {
        const auto event = co_await stream->next(patience());
        if (!event) co_return broken(event.error());
        if (!*event) break;
        const bool had_result = !hearing.result.is_null();
        hear(hearing, **event);
        if (!had_result && !hearing.result.is_null()) told(body, hearing.result);
        if (manner_.stop && (*event)->event == "delta") co_await say_stop(hearing.number);
        world_.heard();
    }
    if (!hearing.result.is_null()) co_return Outcome::told;
    complain("a stream ended before its turn did, after " + hearing.last_id);
    co_return Outcome::gave_up;
}

/// Over a connection of its own. No answer is as good as one: a crash took the stop or the turn, and both come again.
asio::awaitable<void> CrashClient::say_stop(std::int64_t turn) {
    net::HttpClient http{world_.executor, "127.0.0.1", world_.port};
    const auto response = co_await http.send(
        {.method = net::Method::post, .target = fmt::format("/api/v1/sessions/{}/turns/{}/stop", session_, turn)}, patience());
    if (response && response->status != 202) complain("stop was refused: " + response->body);
}

void CrashClient::hear(Hearing& hearing, const net::SseEvent& event) {
    const auto id = store::EventId::parse(event.id);
    const auto data = boost::json::parse(event.data);
    if (!id) return complain("an event without an id: " + event.event);
    const bool fresh = hearing.last_id.empty();
    if (id->epoch == hearing.last.epoch) {
        if (id->seq != hearing.last.seq + 1) complain(fmt::format("{} follows {}", event.id, hearing.last_id));
    } else {
        // A new epoch tells the turn from its beginning and says so.
        if (id->seq != 1) complain(fmt::format("a new epoch begins with {}", event.id));
        if (!fresh && event.event != "restarted")
            complain(fmt::format("{} `{}` begins a new epoch without `restarted`", event.id, event.event));
        hearing.text.clear();
    }
    hearing.last = *id;
    hearing.last_id = event.id;
    if (event.event == "restarted") ++world_.restarted;
    if (event.event == "accepted" || event.event == "restarted") {
        const std::int64_t number = data.at("turn_number").as_int64();
        if (hearing.number != 0 && hearing.number != number) complain(fmt::format("turn {} became turn {}", hearing.number, number));
        hearing.number = number;
    }
    if (event.event == "delta") hearing.text += text_of(data, "text");
    if (event.event == "failed") complain("a turn failed: " + event.data);
    if (event.event == "coach_advice") hearing.advised = true;
    if (event.event != "completed") return;
    hearing.result = data;
    if (text_of(data, "npc_response") != hearing.text) complain("the deltas do not make the answer of turn " + event.id);
    if (data.at("turn_number") != hearing.number) complain("a turn was completed under another number than accepted");
}

void CrashClient::told(const boost::json::object& body, const boost::json::value& result) {
    world_.asked.push_back({body,
                            {.session = session_,
                             .message_id = text_of(body, "message_id"),
                             .number = result.at("turn_number").as_int64(),
                             .text = text_of(result, "npc_response"),
                             .advice_promised = result.at("coach_advice") == "pending"}});
    if (text_of(result, "status") != "completed" && !manner_.stop) complain("a turn was not completed: " + boost::json::serialize(result));
}
}  // namespace rondo::fault
