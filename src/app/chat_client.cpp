#include "app/chat_client.hpp"

#include "base/async/within.hpp"
#include "base/ids.hpp"
#include "base/rng.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>

namespace rondo::app {
namespace {
constexpr std::chrono::minutes kPatience{10};
constexpr int kRejoins = 5;

std::string member(const boost::json::object& in, const char* key) {
    const auto* value = in.if_contains(key);
    return value && value->is_string() ? std::string{value->get_string()} : std::string{};
}

Result<boost::json::object> object_of(std::string_view body) {
    boost::system::error_code ec;
    auto parsed = boost::json::parse(body, ec);
    if (ec || !parsed.is_object()) return fail(Code::internal, "the server did not answer with JSON; is this a rondo server?");
    return std::move(parsed.get_object());
}

/// A problem body as an error: its detail and its faults.
Error problem(int status, std::string_view body) {
    Error error{Code::failed_precondition, fmt::format("the server answered {}", status)};
    const auto fields = object_of(body);
    if (!fields) return error;
    if (const auto detail = member(*fields, "detail"); !detail.empty()) error.message = detail;
    const auto* faults = fields->if_contains("errors");
    if (!faults || !faults->is_array()) return error;
    for (const auto& fault : faults->get_array()) {
        if (fault.is_object()) error.faults.push_back({member(fault.get_object(), "pointer"), member(fault.get_object(), "detail")});
    }
    return error;
}
}  // namespace

ChatClient::ChatClient(asio::any_io_executor executor, std::string host, std::uint16_t port, std::string key)
    : client_{std::move(executor), std::move(host), port}, key_{std::move(key)} {}

void ChatClient::sign(net::ClientRequest& request) const {
    if (!key_.empty()) request.headers.push_back({"Authorization", "Bearer " + key_});
}

Result<std::unique_ptr<ChatClient>> ChatClient::make(asio::any_io_executor executor, const std::string& url, std::string key) {
    const auto refuse = [&url] { return fail(Code::invalid_argument, fmt::format("--url {}: expected http://HOST:PORT", url)); };
    std::string_view rest = url;
    if (!rest.starts_with("http://")) return refuse();
    rest.remove_prefix(7);
    if (rest.ends_with('/')) rest.remove_suffix(1);
    const auto colon = rest.rfind(':');
    std::uint16_t port = 80;
    std::string_view host = rest;
    if (colon != std::string_view::npos && !rest.ends_with(']')) {
        const auto digits = rest.substr(colon + 1);
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
        if (error != std::errc{} || end != digits.data() + digits.size()) return refuse();
        host = rest.substr(0, colon);
    }
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    if (host.empty()) return refuse();
    return std::unique_ptr<ChatClient>{new ChatClient{std::move(executor), std::string{host}, port, std::move(key)}};
}

asio::awaitable<Result<boost::json::object>> ChatClient::call(net::Method method, std::string target, boost::json::object body) {
    net::ClientRequest request{.method = method, .target = std::move(target)};
    if (method == net::Method::post) request.body = boost::json::serialize(body);
    sign(request);
    const auto response = co_await client_.send(std::move(request), CallContext{}.within(kPatience));
    if (!response) co_return propagate(response);
    if (response->status >= 400) co_return fail(problem(response->status, response->body));
    co_return object_of(response->body);
}

asio::awaitable<Result<boost::json::object>> ChatClient::open(std::string session, std::string scenario, std::string user) {
    boost::json::object wanted;
    if (!session.empty()) wanted["session_id"] = session;
    if (!scenario.empty()) wanted["scenario"] = scenario;
    if (!user.empty()) wanted["user_id"] = user;
    const bool go_on = !session.empty() && scenario.empty() && user.empty();
    Result<boost::json::object> opened = fail(Code::not_found, "");
    if (go_on && valid_id(session)) opened = co_await call(net::Method::get, "/api/v1/sessions/" + session, {});
    if (!opened) opened = co_await call(net::Method::post, "/api/v1/sessions", std::move(wanted));
    if (opened) session_ = member(*opened, "session_id");
    co_return opened;
}

asio::awaitable<Result<boost::json::object>> ChatClient::say(std::string message, bool async_coach,
                                                             std::function<void(std::string_view)> on_delta) {
    Rng rng = Rng::from_entropy();
    const boost::json::object body{{"user_message", message}, {"message_id", new_id("m_", rng)}, {"enable_async_coach", async_coach}};
    // The same message id every time: after a break the server joins us to the turn it already runs.
    net::ClientRequest request{.method = net::Method::post,
                               .target = "/api/v1/sessions/" + session_ + "/turns",
                               .headers = {{"Accept", "text/event-stream"}},
                               .body = boost::json::serialize(body)};
    sign(request);
    const auto ctx = CallContext{}.within(kPatience);
    std::optional<boost::json::object> turn;
    std::string last_id;
    Error broken{Code::unavailable, "the connection broke"};
    for (int attempt = 0; attempt <= kRejoins; ++attempt) {
        if (attempt > 0) (void)co_await pause(std::chrono::milliseconds{200} * attempt);
        auto again = request;
        if (!last_id.empty()) again.headers.push_back({"Last-Event-ID", last_id});
        auto stream = co_await client_.stream(std::move(again), ctx);
        if (!stream) {
            broken = stream.error();
            continue;
        }
        if (stream->response().status >= 400) co_return fail(problem(stream->response().status, stream->response().body));
        for (;;) {
            const auto event = co_await stream->next(ctx);
            if (!event) {
                broken = event.error();
                break;  // join again
            }
            if (!*event) {
                if (turn) co_return std::move(*turn);
                break;
            }
            last_id = (*event)->id;
            auto data = object_of((*event)->data);
            if (!data) co_return propagate(data);
            if ((*event)->event == "delta") on_delta(member(*data, "text"));
            if ((*event)->event == "restarted") on_delta("\n[the server restarted; the answer begins again]\n");
            if ((*event)->event == "completed") turn = std::move(*data);
            if ((*event)->event == "failed") {
                const auto* error = data->if_contains("error");
                const std::string why = error && error->is_object() ? member(error->get_object(), "message") : member(*data, "detail");
                co_return fail(Code::failed_precondition, why.empty() ? "the turn failed" : why);
            }
            if ((*event)->event == "coach_advice" && turn) (*turn)["coach_advice"] = data->at("advice");
        }
    }
    co_return fail(std::move(broken));
}
}  // namespace rondo::app
