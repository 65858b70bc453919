#pragma once
#include "base/async/context.hpp"
#include "base/clock.hpp"
#include "edge/gateway/sdk_wire.hpp"
#include "platform/net/exchange.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <string>
#include <utility>

namespace rondo::gateway::sdk {
namespace asio = boost::asio;

/// One call of an SDK while it is answered: what every head says, whole, streamed or refused; and the stream, whose head leaves with its
/// first frames, so that until then an error has a status of its own. Lives in its handler.
class Call {
public:
    Call(net::Exchange& exchange, const Dialect& dialect, CallContext ctx, std::string decision_id);

    [[nodiscard]] net::Exchange& exchange() { return exchange_; }
    [[nodiscard]] const net::Request& request() const { return exchange_.request(); }
    [[nodiscard]] const Dialect& dialect() const { return dialect_; }
    [[nodiscard]] const CallContext& ctx() const { return ctx_; }
    [[nodiscard]] TimePoint received() const { return received_; }
    [[nodiscard]] const std::string& decision_id() const { return decision_id_; }
    [[nodiscard]] const std::string& session() const { return session_; }

    // Told in the head once known.
    void decided(std::string decision_id) { decision_id_ = std::move(decision_id); }
    void in_session(std::string id) { session_ = std::move(id); }
    void went(llm::Origin origin) { origin_ = std::move(origin); }
    /// A turn answers: it is no single attempt, and what of its time was a provider's is not known.
    void played(std::string model) { played_ = std::move(model); }

    asio::awaitable<void> answer(std::string body);
    /// Nothing when the caller gave up: nobody is there to hear it.
    asio::awaitable<void> refuse(const Error& error);
    /// Errors: the exchange's.
    asio::awaitable<Status> send(std::string frames);
    /// For a stream that is silent for long; nothing before its head has left.
    asio::awaitable<Status> keep_alive();
    asio::awaitable<void> finish();
    [[nodiscard]] bool streaming() const { return out_ != nullptr; }

private:
    void tell(net::Response& response) const;

    net::Exchange& exchange_;
    const Dialect& dialect_;
    CallContext ctx_;
    TimePoint received_{Clock::now()};
    std::string decision_id_, session_;
    llm::Origin origin_{};
    std::string played_;
    net::EventStream* out_{nullptr};  // once the head has left
};

/// What every answer of the surface says, whoever writes it: the request's id.
void identify(net::Response& response, const Dialect& dialect, std::string_view request_id);
}  // namespace rondo::gateway::sdk
