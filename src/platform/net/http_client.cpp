#include "platform/net/http_client.hpp"

#include "base/async/within.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include <array>
#include <deque>

namespace rondo::net {
namespace {
using ErrorCode = boost::system::error_code;
using asio::ip::tcp;

std::string render(const ClientRequest& request, const std::string& host, std::uint16_t port) {
    const bool v6 = host.find(':') != std::string::npos;
    std::string text = fmt::format("{} {} HTTP/1.1\r\n", name(request.method), request.target);
    if (find_header(request.headers, "Host").empty()) text += fmt::format("Host: {}:{}\r\n", v6 ? "[" + host + "]" : host, port);
    for (const Header& header : request.headers) text += fmt::format("{}: {}\r\n", header.name, header.value);
    const bool has_body = !request.body.empty() || request.method == Method::post || request.method == Method::put;
    if (has_body) text += fmt::format("Content-Type: {}\r\nContent-Length: {}\r\n", request.content_type, request.body.size());
    return text + "\r\n" + request.body;
}
}  // namespace

/// The socket and what is known about it. Every operation runs under `guarded`, which closes it when the operation fails: half an
/// answer is of no use to the next request.
class HttpClient::Connection {
public:
    Connection(asio::any_io_executor executor, std::string host, std::uint16_t port, std::size_t max_body)
        : socket_{std::move(executor)}, host_{std::move(host)}, port_{port}, max_body_{max_body} {}

    [[nodiscard]] ResponseParser parser_for(const ClientRequest& request) const { return {request.method == Method::head, max_body_}; }

    template <class T>
    asio::awaitable<Result<T>> guarded(CallContext ctx, asio::awaitable<Result<T>> operation) {
        auto result = co_await within(ctx, std::move(operation));
        if (!result) close();
        co_return result;
    }

    /// Connects if needed, sends, and reads until the head is there.
    asio::awaitable<Result<std::size_t>> begin(ClientRequest request, ResponseParser& parser) {
        co_await asio::this_coro::throw_if_cancelled(false);
        if (!usable()) {
            const auto connected = co_await connect();
            if (!connected) co_return propagate(connected);
        }
        kept_ = false;  // until the answer is read to its end
        const std::string text = render(request, host_, port_);
        ErrorCode ec;
        co_await asio::async_write(socket_, asio::buffer(text), asio::redirect_error(asio::use_awaitable, ec));
        if (ec == asio::error::operation_aborted) co_return fail(Code::cancelled, "caller gave up");
        // A server that refuses early may have answered and closed while we were writing: what it said is worth reading.
        while (!parser.head_done()) {
            const auto more = co_await read(parser);
            if (!more) co_return propagate(more);
        }
        co_return text.size();
    }

    /// Reads to the end of the answer.
    asio::awaitable<Result<std::size_t>> complete(ResponseParser& parser) {
        while (!parser.done()) {
            const auto more = co_await read(parser);
            if (!more) co_return propagate(more);
        }
        finished(parser);
        co_return parser.response().body.size();
    }

    asio::awaitable<Result<std::size_t>> exchange(ClientRequest request, ResponseParser& parser) {
        const auto begun = co_await begin(std::move(request), parser);
        if (!begun) co_return propagate(begun);
        co_return co_await complete(parser);
    }

    asio::awaitable<Result<std::size_t>> read(ResponseParser& parser) {
        co_await asio::this_coro::throw_if_cancelled(false);
        std::array<char, 16U << 10U> space;
        ErrorCode ec;
        const std::size_t bytes = co_await socket_.async_read_some(asio::buffer(space), asio::redirect_error(asio::use_awaitable, ec));
        if (ec == asio::error::operation_aborted) co_return fail(Code::cancelled, "caller gave up");
        if (ec) {
            const auto whole = parser.finish();
            if (!whole) co_return propagate(whole);
            co_return std::size_t{0};
        }
        input_.append(space.data(), bytes);
        const auto used = parser.feed(input_);
        if (!used) co_return propagate(used);
        input_.erase(0, *used);
        co_return bytes;
    }

    void finished(const ResponseParser& parser) {
        kept_ = parser.keep_alive() && input_.empty();  // bytes nobody asked for cannot be trusted to be an answer
        if (!kept_) close();
    }
    void close() {
        ErrorCode ignored;
        socket_.close(ignored);
        input_.clear();
        kept_ = false;
    }

private:
    /// An idle connection has nothing to read; if it has, the server said goodbye.
    bool usable() {
        if (!kept_) return false;
        char byte;
        ErrorCode ec;
        socket_.non_blocking(true, ec);
        socket_.receive(asio::buffer(&byte, 1), tcp::socket::message_peek, ec);
        return ec == asio::error::would_block || ec == asio::error::try_again;
    }

    asio::awaitable<Status> connect() {
        close();
        ErrorCode ec;
        std::vector<tcp::endpoint> endpoints;
        if (const auto address = asio::ip::make_address(host_, ec); !ec) {
            endpoints.emplace_back(address, port_);
        } else {
            tcp::resolver resolver{socket_.get_executor()};
            const auto found = co_await resolver.async_resolve(host_, std::to_string(port_), asio::redirect_error(asio::use_awaitable, ec));
            if (ec) co_return fail(Code::unavailable, "cannot find " + host_ + ": " + ec.message());
            for (const auto& entry : found) endpoints.push_back(entry.endpoint());
        }
        co_await asio::async_connect(socket_, endpoints, asio::redirect_error(asio::use_awaitable, ec));
        if (ec == asio::error::operation_aborted) co_return fail(Code::cancelled, "caller gave up");
        if (ec) co_return fail(Code::unavailable, "cannot connect to " + host_ + " port " + std::to_string(port_) + ": " + ec.message());
        socket_.set_option(tcp::no_delay{true}, ec);
        co_return Status{};
    }

    tcp::socket socket_;
    std::string host_;
    std::uint16_t port_;
    std::size_t max_body_;
    std::string input_;  // received, not yet understood
    bool kept_{false};   // at the border between two answers
};

struct SseReader::State {
    std::shared_ptr<HttpClient::Connection> connection;
    ResponseParser parser;
    SseParser events{};
    std::deque<SseEvent> ready{};
    bool is_stream{false};

    asio::awaitable<Result<std::optional<SseEvent>>> next() {
        std::vector<SseEvent> found;
        for (;;) {
            const std::string bytes = std::exchange(parser.response().body, {});
            const auto fine = events.feed(bytes, found);
            ready.insert(ready.end(), std::make_move_iterator(found.begin()), std::make_move_iterator(found.end()));
            found.clear();
            if (!ready.empty()) {
                std::optional<SseEvent> event{std::move(ready.front())};
                ready.pop_front();
                co_return event;
            }
            if (!fine) co_return propagate(fine);
            if (parser.done()) break;
            const auto more = co_await connection->read(parser);
            if (!more) co_return propagate(more);
        }
        connection->finished(parser);
        is_stream = false;
        co_return std::optional<SseEvent>{};
    }
};

const ClientResponse& SseReader::response() const { return state_->parser.response(); }
const std::string& SseReader::last_event_id() const { return state_->events.last_event_id(); }

asio::awaitable<Result<std::optional<SseEvent>>> SseReader::next(CallContext ctx) {
    const auto state = state_;  // the reader may move while we wait
    if (!state->is_stream) co_return std::optional<SseEvent>{};
    co_return co_await state->connection->guarded(ctx, state->next());
}

HttpClient::HttpClient(asio::any_io_executor executor, std::string host, std::uint16_t port, std::size_t max_body_bytes)
    : connection_{std::make_shared<Connection>(std::move(executor), std::move(host), port, max_body_bytes)} {}
HttpClient::~HttpClient() { close(); }
void HttpClient::close() { connection_->close(); }

asio::awaitable<Result<ClientResponse>> HttpClient::send(ClientRequest request, CallContext ctx) {
    const auto connection = connection_;
    ResponseParser parser = connection->parser_for(request);
    const auto done = co_await connection->guarded(ctx, connection->exchange(std::move(request), parser));
    if (!done) co_return propagate(done);
    co_return std::move(parser.response());
}

asio::awaitable<Result<SseReader>> HttpClient::stream(ClientRequest request, CallContext ctx) {
    const auto connection = connection_;
    auto state = std::make_shared<SseReader::State>(connection, connection->parser_for(request));
    request.headers.push_back({"Accept", "text/event-stream"});
    const auto begun = co_await connection->guarded(ctx, connection->begin(std::move(request), state->parser));
    if (!begun) co_return propagate(begun);
    state->is_stream = state->parser.response().header("Content-Type").starts_with("text/event-stream");
    if (!state->is_stream) {
        const auto whole = co_await connection->guarded(ctx, connection->complete(state->parser));
        if (!whole) co_return propagate(whole);
    }
    co_return SseReader{std::move(state)};
}
}  // namespace rondo::net
