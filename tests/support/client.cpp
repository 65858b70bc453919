#include "support/client.hpp"

#include <boost/asio/detached.hpp>
#include <fmt/format.h>

#include <ostream>
#include <stdexcept>

namespace rondo::support {
namespace {
constexpr std::chrono::minutes kPatience{1};

template <class T>
T value_or_throw(Result<T> result) {
    if (!result) throw std::runtime_error{fmt::format("no answer: {} ({})", result.error().message, name(result.error().code))};
    return std::move(*result);
}
}  // namespace

std::string text_of(const boost::json::value& json, std::string_view member) {
    const auto* object = json.if_object();
    const auto* value = object ? object->if_contains(member) : nullptr;
    return value && value->is_string() ? std::string{value->get_string()} : std::string{};
}

std::string Answer::text(std::string_view member) const { return text_of(json, member); }

boost::json::value Answer::at(std::string_view member) const {
    const auto* object = json.if_object();
    const auto* value = object ? object->if_contains(member) : nullptr;
    return value ? *value : boost::json::value{};
}

Answer answer_of(const net::ClientResponse& response) {
    Answer answer{.status = response.status, .headers = response.headers, .body = response.body};
    boost::system::error_code ec;
    auto parsed = boost::json::parse(response.body, ec);
    if (!ec) answer.json = std::move(parsed);
    return answer;
}

void PrintTo(const Event& event, std::ostream* out) { *out << event.id << ' ' << event.type << ' ' << event.data; }

std::string deltas_of(const std::vector<Event>& events) {
    std::string text;
    for (const auto& event : events) {
        if (event.type == "delta") text += text_of(event.json(), "text");
    }
    return text;
}

const Event* find_event(const std::vector<Event>& events, std::string_view type) {
    for (const auto& event : events) {
        if (event.type == type) return &event;
    }
    return nullptr;
}

asio::awaitable<Answer> Client::exchange(net::ClientRequest request) {
    auto response = co_await http_.send(std::move(request), CallContext{}.within(kPatience));
    co_return answer_of(value_or_throw(std::move(response)));
}

asio::awaitable<void> Client::exchange_into(net::ClientRequest request, std::optional<Answer>& answer) {
    answer = co_await exchange(std::move(request));
}

void Client::send_meanwhile(net::ClientRequest request, std::optional<Answer>& answer) {
    asio::co_spawn(loop_.context(), exchange_into(std::move(request), answer), asio::detached);
}

net::ClientRequest Client::posting(std::string target, const boost::json::object& body, std::vector<net::Header> headers) {
    return {.method = net::Method::post, .target = std::move(target), .headers = std::move(headers), .body = boost::json::serialize(body)};
}

net::ClientRequest Client::turn_request(std::string_view session, std::string_view message, boost::json::object more) {
    more["user_message"] = message;
    return posting(fmt::format("/api/v1/sessions/{}/turns", session), std::move(more));
}

std::string Client::open_session(const boost::json::object& wanted) {
    const Answer answer = post("/api/v1/sessions", wanted);
    if (answer.status != 201) throw std::runtime_error{"no session: " + answer.body};
    return answer.text("session_id");
}

Answer Client::say(std::string_view session, std::string_view message, boost::json::object more) {
    return send(turn_request(session, message, std::move(more)));
}

Client::Stream Client::stream(net::ClientRequest request) {
    return {loop_, value_or_throw(loop_.wait(http_.stream(std::move(request), CallContext{}.within(kPatience))))};
}

Client::Stream Client::stream_turn(std::string_view session, std::string_view message, boost::json::object more) {
    return stream(turn_request(session, message, std::move(more)));
}

Client::Stream Client::events(std::string_view session, std::int64_t turn, std::string_view last_event_id) {
    net::ClientRequest request{.method = net::Method::get, .target = fmt::format("/api/v1/sessions/{}/turns/{}/events", session, turn)};
    if (!last_event_id.empty()) request.headers.push_back({"Last-Event-ID", std::string{last_event_id}});
    return stream(std::move(request));
}

std::optional<Event> Client::Stream::next() {
    auto event = value_or_throw(loop_->wait(reader_.next(CallContext{}.within(kPatience))));
    if (!event) return std::nullopt;
    return Event{.id = std::move(event->id), .type = std::move(event->event), .data = std::move(event->data)};
}

std::vector<Event> Client::Stream::rest() {
    std::vector<Event> events;
    while (auto event = next()) events.push_back(std::move(*event));
    return events;
}

std::vector<Event> Client::Stream::until(std::string_view type) {
    std::vector<Event> events;
    while (auto event = next()) {
        events.push_back(std::move(*event));
        if (events.back().type == type) break;
    }
    return events;
}
}  // namespace rondo::support
