#include "app/server_client.hpp"

#include "app/commands.hpp"
#include "app/report.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

#include <charconv>
#include <exception>
#include <fstream>
#include <utility>

namespace rondo::app {
namespace {
/// A problem body as an error: its detail and its faults.
Error problem(int status, std::string_view body) {
    Error error{Code::failed_precondition, fmt::format("the server answered {}", status)};
    const auto fields = json_object(body);
    if (!fields) return error;
    if (const auto detail = text_member(*fields, "detail"); !detail.empty()) error.message = detail;
    const auto* faults = fields->if_contains("errors");
    if (!faults || !faults->is_array()) return error;
    for (const auto& fault : faults->get_array()) {
        if (fault.is_object())
            error.faults.push_back({text_member(fault.get_object(), "pointer"), text_member(fault.get_object(), "detail")});
    }
    return error;
}

/// The first line of the file; a key on the command line would be seen by every user of the machine.
Result<std::string> read_key_of(const std::string& file) {
    std::ifstream in{file};
    std::string key;
    if (!std::getline(in, key)) return fail(Code::not_found, fmt::format("cannot read a key from {}", file));
    if (!key.empty() && key.back() == '\r') key.pop_back();
    return key;
}
}  // namespace

void add_server_options(CLI::App& command, ServerOptions& options) {
    command.add_option("--url", options.url, "Where the server listens (default http://127.0.0.1:8000)");
    command.add_option("--key-file", options.key_file, "File with the API key, for a server that wants one")->check(CLI::ExistingFile);
}

Result<boost::json::object> json_object(std::string_view body) {
    boost::system::error_code ec;
    auto parsed = boost::json::parse(body, ec);
    if (ec || !parsed.is_object()) return fail(Code::internal, "the server did not answer with JSON; is this a rondo server?");
    return std::move(parsed.get_object());
}

std::string text_member(const boost::json::object& in, std::string_view key) {
    const auto* value = in.if_contains(key);
    return value && value->is_string() ? std::string{value->get_string()} : std::string{};
}

ServerClient::ServerClient(asio::any_io_executor executor, std::string host, std::uint16_t port, std::string key)
    : client_{std::move(executor), std::move(host), port}, key_{std::move(key)} {}

Result<std::unique_ptr<ServerClient>> ServerClient::make(asio::any_io_executor executor, const ServerOptions& options) {
    const auto refuse = [&] { return fail(Code::invalid_argument, fmt::format("--url {}: expected http://HOST:PORT", options.url)); };
    std::string_view rest = options.url;
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
    std::string key;
    if (!options.key_file.empty()) {
        auto read = read_key_of(options.key_file);
        if (!read) return propagate(read);
        key = std::move(*read);
    }
    return std::unique_ptr<ServerClient>{new ServerClient{std::move(executor), std::string{host}, port, std::move(key)}};
}

void ServerClient::sign(net::ClientRequest& request) const {
    if (!key_.empty()) request.headers.push_back({"Authorization", "Bearer " + key_});
}

asio::awaitable<Result<net::ClientResponse>> ServerClient::send(net::ClientRequest request) {
    sign(request);
    auto response = co_await client_.send(std::move(request), CallContext{}.within(kPatience));
    if (response && response->status >= 400) co_return fail(problem(response->status, response->body));
    co_return response;
}

asio::awaitable<Result<boost::json::object>> ServerClient::call(net::Method method, std::string target, boost::json::object body) {
    net::ClientRequest request{.method = method, .target = std::move(target)};
    if (!body.empty()) request.body = boost::json::serialize(body);
    const auto response = co_await send(std::move(request));
    if (!response) co_return propagate(response);
    co_return json_object(response->body);
}

asio::awaitable<Result<net::SseReader>> ServerClient::stream(net::ClientRequest request) {
    sign(request);
    auto stream = co_await client_.stream(std::move(request), CallContext{}.within(kPatience));
    if (stream && stream->response().status >= 400) co_return fail(problem(stream->response().status, stream->response().body));
    co_return stream;
}

int with_server(const ServerOptions& options, const std::function<asio::awaitable<Status>(ServerClient&)>& work) {
    asio::io_context loop{1};
    const auto client = ServerClient::make(loop.get_executor(), options);
    if (!client) return report(client.error()), kUsage;
    Status status;
    asio::co_spawn(loop, work(**client), [&](const std::exception_ptr& thrown, Status result) {
        status = thrown ? Status{fail(Code::internal, "the server's answer has an unexpected shape")} : std::move(result);
    });
    loop.run();
    if (status) return kOk;
    return report(status.error()), status.error().code == Code::invalid_argument ? kUsage : kFailed;
}
}  // namespace rondo::app
