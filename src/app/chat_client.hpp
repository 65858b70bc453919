#pragma once
#include "app/server_client.hpp"

#include <boost/json.hpp>

#include <functional>
#include <string>
#include <string_view>

namespace rondo::app {
/// One conversation over the HTTP API, as any client would hold it. Joins a broken stream again where it broke. One
/// executor, one call at a time.
class ChatClient {
public:
    /// `server` must outlive it.
    explicit ChatClient(ServerClient& server) : server_{server} {}

    /// Begins the session, or goes on with the one of that id. Returns what the server says of it.
    asio::awaitable<Result<boost::json::object>> open(std::string session, std::string scenario, std::string user);

    /// Says one thing; `on_delta` gets the answer piece by piece. Returns the turn, its advice included when that comes later.
    asio::awaitable<Result<boost::json::object>> say(std::string message, bool async_coach, std::function<void(std::string_view)> on_delta);

private:
    ServerClient& server_;
    std::string session_;
};
}  // namespace rondo::app
