#pragma once
#include "platform/net/connection_pool.hpp"
#include "platform/net/outbound.hpp"
#include "platform/net/response_parser.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace rondo::net {
/// One request on its way and its reply: what a Stream holds. A coroutine that waits in it holds it too.
class OutboundReply {
public:
    OutboundReply(ConnectionPool::Lease lease, bool to_head, std::size_t max_body_bytes);

    /// Sends and reads until the head has come; sends again what provably never arrived. Errors: as `Outbound::open`.
    asio::awaitable<Status> begin(std::string_view request_head, std::string_view body, CallContext ctx);

    /// As `Outbound::Stream::next`.
    asio::awaitable<Result<std::string>> next(TimePoint deadline);
    /// Nobody wants the rest.
    void abandon();

    ClientResponse head;

private:
    asio::awaitable<Status> attempt(std::string_view request_head, std::string_view body, TimePoint deadline);
    [[nodiscard]] bool never_arrived(const Error& error) const;
    asio::awaitable<Status> read(TimePoint deadline);
    [[nodiscard]] Status understand();
    [[nodiscard]] Status take_end();
    [[nodiscard]] Status take_head();
    [[nodiscard]] std::unexpected<Error> end_with(Error error);

    ConnectionPool::Lease lease_;
    ResponseParser parser_;
    std::size_t body_left_;  // bytes the reply may still have
    std::optional<Error> failed_;
    bool answered_{false};   // a byte of the reply has come
    bool finished_{false};   // the connection is not ours any more
};
}  // namespace rondo::net
