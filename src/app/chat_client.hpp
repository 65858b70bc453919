#pragma once
#include "base/result.hpp"
#include "platform/net/http_client.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/json.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace rondo::app {
namespace asio = boost::asio;

/// One conversation over the HTTP API, as any client would hold it. Joins a broken stream again where it broke. One
/// executor, one call at a time.
class ChatClient {
public:
    /// `url`: http://HOST:PORT. `key`: an API key, or empty. Errors: `invalid_argument`.
    [[nodiscard]] static Result<std::unique_ptr<ChatClient>> make(asio::any_io_executor executor, const std::string& url, std::string key);

    /// Begins the session, or goes on with the one of that id. Returns what the server says of it.
    asio::awaitable<Result<boost::json::object>> open(std::string session, std::string scenario, std::string user);

    /// Says one thing; `on_delta` gets the answer piece by piece. Returns the turn, its advice included when that comes later.
    asio::awaitable<Result<boost::json::object>> say(std::string message, bool async_coach, std::function<void(std::string_view)> on_delta);

private:
    ChatClient(asio::any_io_executor executor, std::string host, std::uint16_t port, std::string key);
    void sign(net::ClientRequest& request) const;
    asio::awaitable<Result<boost::json::object>> call(net::Method method, std::string target, boost::json::object body);

    net::HttpClient client_;
    std::string key_;
    std::string session_;
};
}  // namespace rondo::app
