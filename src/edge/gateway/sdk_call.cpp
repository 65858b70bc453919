#include "edge/gateway/sdk_call.hpp"

#include "engine/llm/attempt_details.hpp"

#include <algorithm>
#include <chrono>

namespace rondo::gateway::sdk {
namespace {
template <class Unit>
std::string count(Clock::duration span) {
    return std::to_string(std::chrono::duration_cast<Unit>(std::max(span, Clock::duration::zero())).count());
}
}  // namespace

void identify(net::Response& response, const Dialect& dialect, std::string_view request_id) {
    response.headers.push_back({"x-request-id", std::string{request_id}});
    if (!dialect.request_id.empty()) response.headers.push_back({std::string{dialect.request_id}, std::string{request_id}});
}

Call::Call(net::Exchange& exchange, const Dialect& dialect, CallContext ctx, std::string decision_id)
    : exchange_{exchange}, dialect_{dialect}, ctx_{std::move(ctx)}, decision_id_{std::move(decision_id)} {}

void Call::tell(net::Response& response) const {
    const auto took = Clock::now() - received_;
    identify(response, dialect_, ctx_.trace.trace_hex());
    const auto add = [&response](std::string_view name, std::string value) {
        response.headers.push_back({std::string{name}, std::move(value)});
    };
    if (!dialect_.took.empty()) add(dialect_.took, count<std::chrono::milliseconds>(took));
    if (!decision_id_.empty()) add("x-rondo-decision-id", decision_id_);
    if (!session_.empty()) add("x-session-id", session_);
    add("x-rondo-cache", "none");
    if (!played_.empty()) return add("x-rondo-route", played_);
    if (!origin_.route.empty()) add("x-rondo-route", origin_.route);
    add("x-rondo-attempts", std::to_string(origin_.attempts));
    add("x-rondo-overhead-us", count<std::chrono::microseconds>(took - origin_.waited));
}

asio::awaitable<void> Call::answer(std::string body) {
    net::Response response{.body = std::move(body)};
    tell(response);
    co_await exchange_.respond(std::move(response));
}

asio::awaitable<void> Call::refuse(const Error& error) {
    if (error.code == Code::cancelled) co_return;
    if (auto tried = llm::tried(error.details); tried.attempts > 0) origin_ = {std::move(tried.last), tried.attempts, tried.waited};
    net::Response response = dialect_.refusal(error);
    tell(response);
    co_await exchange_.respond(std::move(response));
}

asio::awaitable<Status> Call::send(std::string frames) {
    if (!out_) {
        net::Response head;
        tell(head);
        const auto opened = co_await exchange_.stream(std::move(head));
        if (!opened) co_return propagate(opened);
        out_ = *opened;
    }
    co_return co_await out_->send_raw(std::move(frames));
}

asio::awaitable<Status> Call::keep_alive() {
    if (!out_) co_return Status{};
    co_return co_await out_->comment("keep-alive");
}

asio::awaitable<void> Call::finish() {
    if (out_) co_await out_->finish();
}
}  // namespace rondo::gateway::sdk
