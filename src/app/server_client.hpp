#pragma once
#include "base/result.hpp"
#include "platform/net/http_client.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/json.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace CLI {
class App;
}

namespace rondo::app {
namespace asio = boost::asio;

/// Where a running server is, and the key it wants.
struct ServerOptions {
    std::string url{"http://127.0.0.1:8000"};
    std::string key_file{};  ///< "": no key
};
/// Adds --url and --key-file; `options` must outlive the command.
void add_server_options(CLI::App& command, ServerOptions& options);

/// A running server's HTTP API, as any client would use it. One executor, one call at a time.
class ServerClient {
public:
    /// How long one answer may take.
    static constexpr std::chrono::minutes kPatience{10};

    /// Reads the key. Errors: `invalid_argument` (the URL), `not_found` (the key file).
    [[nodiscard]] static Result<std::unique_ptr<ServerClient>> make(asio::any_io_executor executor, const ServerOptions& options);

    /// The answer. Errors: the client's; `failed_precondition` with the server's own words when it refused.
    asio::awaitable<Result<net::ClientResponse>> send(net::ClientRequest request);
    /// The same, body and answer being JSON objects; an empty body is none. Errors: also `internal`, not an object.
    asio::awaitable<Result<boost::json::object>> call(net::Method method, std::string target, boost::json::object body = {});
    /// The answer event by event. Errors: as send().
    asio::awaitable<Result<net::SseReader>> stream(net::ClientRequest request);

private:
    ServerClient(asio::any_io_executor executor, std::string host, std::uint16_t port, std::string key);
    void sign(net::ClientRequest& request) const;

    net::HttpClient client_;
    std::string key_;
};

/// Errors: `internal`.
[[nodiscard]] Result<boost::json::object> json_object(std::string_view body);
/// The member as text; "" when it is absent or no string.
[[nodiscard]] std::string text_member(const boost::json::object& in, std::string_view key);

/// Does `work` with the server and reports its error. Returns what the command exits with.
[[nodiscard]] int with_server(const ServerOptions& options, const std::function<asio::awaitable<Status>(ServerClient&)>& work);
}  // namespace rondo::app
