#include "support/web_socket_client.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>

#include <chrono>
#include <stdexcept>

namespace rondo::support {
namespace {
namespace beast = boost::beast;
namespace websocket = beast::websocket;
constexpr std::chrono::minutes kPatience{1};
}  // namespace

struct WebSocketClient::Core {
    Core(Loop& at, std::uint16_t port, Options wanted) : loop{at}, options{std::move(wanted)}, stream{at.context()} {
        loop.wait(connect(port));
    }
    void arm() { beast::get_lowest_layer(stream).expires_after(kPatience); }

    asio::awaitable<int> connect(std::uint16_t port) {
        arm();
        co_await beast::get_lowest_layer(stream).async_connect({asio::ip::address_v4::loopback(), port}, asio::use_awaitable);
        stream.set_option(websocket::stream_base::decorator([this](websocket::request_type& request) {
            if (!options.protocols.empty()) request.set("Sec-WebSocket-Protocol", options.protocols);
            for (const auto& header : options.headers) request.insert(header.name, header.value);
        }));
        websocket::response_type response;
        boost::system::error_code ec;
        co_await stream.async_handshake(response, "127.0.0.1:" + std::to_string(port), options.target,
                                        asio::redirect_error(asio::use_awaitable, ec));
        status = response.result_int();
        body = response.body();
        protocol = std::string{response["Sec-WebSocket-Protocol"]};
        if (ec && status == 101) throw std::runtime_error{"the handshake failed: " + ec.message()};
        co_return 0;
    }

    asio::awaitable<int> send(const Message& message) {
        arm();
        stream.binary(message.kind == net::WebSocket::Kind::binary);
        boost::system::error_code ec;
        co_await stream.async_write(asio::buffer(message.data), asio::redirect_error(asio::use_awaitable, ec));
        co_return 0;  // that it has ended is told by receive()
    }

    asio::awaitable<std::optional<Message>> receive() {
        arm();
        beast::flat_buffer buffer;
        boost::system::error_code ec;
        co_await stream.async_read(buffer, asio::redirect_error(asio::use_awaitable, ec));
        if (ec == beast::error::timeout) throw std::runtime_error{"the server said nothing for a minute"};
        if (ec) {
            code = stream.reason().code == websocket::close_code::none ? std::uint16_t{1006} : std::uint16_t{stream.reason().code};
            co_return std::nullopt;
        }
        co_return Message{stream.got_binary() ? net::WebSocket::Kind::binary : net::WebSocket::Kind::text,
                          beast::buffers_to_string(buffer.data())};
    }

    asio::awaitable<int> close() {
        arm();
        boost::system::error_code ec;
        co_await stream.async_close(websocket::close_code::normal, asio::redirect_error(asio::use_awaitable, ec));
        code = 1000;
        co_return 0;
    }

    Loop& loop;
    Options options;
    websocket::stream<beast::tcp_stream> stream;
    int status{0};
    std::string body, protocol;
    std::uint16_t code{0};
};

WebSocketClient::WebSocketClient(Loop& loop, std::uint16_t port, Options options)
    : core_{std::make_unique<Core>(loop, port, std::move(options))} {}
WebSocketClient::~WebSocketClient() = default;
WebSocketClient::WebSocketClient(WebSocketClient&&) noexcept = default;

int WebSocketClient::status() const { return core_->status; }
const std::string& WebSocketClient::body() const { return core_->body; }
const std::string& WebSocketClient::protocol() const { return core_->protocol; }
void WebSocketClient::send(const Message& message) { core_->loop.wait(core_->send(message)); }
std::optional<WebSocketClient::Message> WebSocketClient::receive() { return core_->loop.wait(core_->receive()); }
std::uint16_t WebSocketClient::close_code() const { return core_->code; }
void WebSocketClient::close() { core_->loop.wait(core_->close()); }
void WebSocketClient::cut() { beast::get_lowest_layer(core_->stream).close(); }
}  // namespace rondo::support
