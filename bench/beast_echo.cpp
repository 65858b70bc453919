#include "beast_echo.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <utility>

namespace rondo::bench {
namespace {
namespace asio = boost::asio;
namespace websocket = boost::beast::websocket;
using asio::ip::tcp;
using boost::system::error_code;

/// Lives as long as something is under way on it.
class Session : public std::enable_shared_from_this<Session> {
public:
    explicit Session(tcp::socket socket) : socket_{std::move(socket)} {}

    void start() {
        socket_.auto_fragment(false);  // a message is one frame, as ours is
        socket_.async_accept([self = shared_from_this()](error_code ec) {
            if (!ec) self->read();
        });
    }

private:
    void read() {
        socket_.async_read(buffer_, [self = shared_from_this()](error_code ec, std::size_t) {
            if (!ec) self->write();
        });
    }
    void write() {
        socket_.text(socket_.got_text());
        socket_.async_write(buffer_.data(), [self = shared_from_this()](error_code ec, std::size_t size) {
            if (ec) return;
            self->buffer_.consume(size);
            self->read();
        });
    }

    websocket::stream<tcp::socket> socket_;
    boost::beast::flat_buffer buffer_;
};

void accept(tcp::acceptor& acceptor) {
    acceptor.async_accept([&acceptor](error_code ec, tcp::socket socket) {
        if (ec == asio::error::operation_aborted) return;
        if (!ec) {
            error_code ignored;
            socket.set_option(tcp::no_delay{true}, ignored);
            std::make_shared<Session>(std::move(socket))->start();
        }
        accept(acceptor);
    });
}
}  // namespace

Status run_beast_echo() try {
    asio::io_context context{1};
    tcp::acceptor acceptor{context, {asio::ip::address_v4::loopback(), 0}};
    acceptor.listen(4'096);
    accept(acceptor);
    asio::signal_set signals{context, SIGTERM};
    signals.async_wait([&context](error_code, int) { context.stop(); });
    fmt::print("listening on 127.0.0.1:{}\n", acceptor.local_endpoint().port());
    std::fflush(stdout);
    context.run();
    return {};
} catch (const boost::system::system_error& error) { return fail(Code::unavailable, error.what()); }

Result<Program> start_beast_echo() { return start_self({"beast-echo"}); }
}  // namespace rondo::bench
