#include "app/chat_client.hpp"

#include "base/async/within.hpp"
#include "base/ids.hpp"
#include "base/rng.hpp"

#include <chrono>
#include <optional>

namespace rondo::app {
namespace {
constexpr int kRejoins = 5;
}

asio::awaitable<Result<boost::json::object>> ChatClient::open(std::string session, std::string scenario, std::string user) {
    boost::json::object wanted;
    if (!session.empty()) wanted["session_id"] = session;
    if (!scenario.empty()) wanted["scenario"] = scenario;
    if (!user.empty()) wanted["user_id"] = user;
    const bool go_on = !session.empty() && scenario.empty() && user.empty();
    Result<boost::json::object> opened = fail(Code::not_found, "");
    if (go_on && valid_id(session)) opened = co_await server_.call(net::Method::get, "/api/v1/sessions/" + session);
    if (!opened) opened = co_await server_.call(net::Method::post, "/api/v1/sessions", std::move(wanted));
    if (opened) session_ = text_member(*opened, "session_id");
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
    const auto ctx = CallContext{}.within(ServerClient::kPatience);
    std::optional<boost::json::object> turn;
    std::string last_id;
    Error broken{Code::unavailable, "the connection broke"};
    for (int attempt = 0; attempt <= kRejoins; ++attempt) {
        if (attempt > 0) (void)co_await pause(std::chrono::milliseconds{200} * attempt);
        auto again = request;
        if (!last_id.empty()) again.headers.push_back({"Last-Event-ID", last_id});
        auto stream = co_await server_.stream(std::move(again));
        if (!stream) {
            if (stream.error().code == Code::failed_precondition) co_return propagate(stream);  // it was heard and refused
            broken = stream.error();
            continue;
        }
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
            auto data = json_object((*event)->data);
            if (!data) co_return propagate(data);
            if ((*event)->event == "delta") on_delta(text_member(*data, "text"));
            if ((*event)->event == "restarted") on_delta("\n[the server restarted; the answer begins again]\n");
            if ((*event)->event == "completed") turn = std::move(*data);
            if ((*event)->event == "failed") {
                const auto* error = data->if_contains("error");
                const std::string why =
                    error && error->is_object() ? text_member(error->get_object(), "message") : text_member(*data, "detail");
                co_return fail(Code::failed_precondition, why.empty() ? "the turn failed" : why);
            }
            if ((*event)->event == "coach_advice" && turn) (*turn)["coach_advice"] = data->at("advice");
        }
    }
    co_return fail(std::move(broken));
}
}  // namespace rondo::app
