#pragma once
#include "platform/net/exchange.hpp"
#include "platform/net/input_buffer.hpp"
#include "platform/net/request_parser.hpp"
#include "platform/net/response_head.hpp"
#include "platform/net/transport.hpp"
#include "platform/net/web_socket_session.hpp"
#include "platform/net/worker.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rondo::net {
/// One client's connection on its thread: reads a request, lets the route answer, reads the next.
/// One coroutine (`run`) does all of it; the worker's sweep only closes sockets and wakes it.
class Connection final : public Exchange, public std::enable_shared_from_this<Connection> {
public:
    Connection(std::shared_ptr<Worker> worker, Newcomer newcomer);
    ~Connection() override;

    void start();
    void check_deadline(TimePoint now);
    void close_if_idle();
    void travel_if_idle();
    void announce_end();
    void abort();  ///< the peer is gone or has to go: cancels the handler, closes the socket

    const Request& request() const override { return parser_.request(); }
    std::string_view param(std::string_view name) const override;
    asio::awaitable<Status> respond(Response response) override;
    asio::awaitable<Result<EventStream*>> stream(Response head) override;
    asio::awaitable<Result<WebSocket*>> upgrade(WebSocket::Options options) override;
    Result<Admission::Place> begin_work(Priority priority) override;
    void watch_peer() override;
    bool peer_gone() override;

    std::size_t place{0};  ///< in the worker's list; the worker's to write

private:
    friend class WebSocketSession;  // which speaks over our socket
    enum class Phase { idle, receiving, handling, writing, lingering };
    using Buffers = std::array<asio::const_buffer, 3>;

    class Events final : public EventStream {
    public:
        explicit Events(Connection& connection) : connection_{connection} {}
        asio::awaitable<Status> send(std::string_view id, std::string_view event, std::string_view data) override;
        asio::awaitable<Status> send_raw(std::string frames) override;
        asio::awaitable<Status> comment(std::string_view text) override;
        asio::awaitable<void> finish() override;

    private:
        Connection& connection_;
    };

    asio::awaitable<void> run();
    asio::awaitable<bool> shake_hands();
    asio::awaitable<bool> serve();
    asio::awaitable<Status> receive(RequestParser::State wanted);
    asio::awaitable<Status> receive_body();
    asio::awaitable<bool> handle();
    asio::awaitable<bool> refuse(Error error, bool framing_intact, std::vector<Header> headers = {});
    asio::awaitable<bool> turn_away();
    asio::awaitable<bool> answer(Response response, bool framing_intact);
    void add_extra_headers(Response& response);
    [[nodiscard]] Response refusal(const Error& error) const;
    asio::awaitable<void> linger();

    // The socket is touched by these alone (connection_io.cpp), in the clear or inside TLS.
    using ErrorCode = boost::system::error_code;
    /// Waits for at least one byte and puts what there is into `space`. Not zero: the peer ended, or the wait was cancelled.
    asio::awaitable<ErrorCode> read_some(char* space, std::size_t bytes, std::size_t& got);
    asio::awaitable<Status> write(Buffers buffers);
    bool write_now(Buffers& buffers);
    bool read_now();
    asio::awaitable<ErrorCode> wait(Transport::Outcome wanted);
    void on_readable();
    void stop_watching();
    [[nodiscard]] bool may_travel() const;
    Status travel();
    [[nodiscard]] bool last_answer() const;
    void limit_wait(Phase phase, Clock::duration limit);
    void await_input(TimePoint body_started);
    [[nodiscard]] const HttpServer::Config& config() const { return worker_->shared().config; }

    std::shared_ptr<Worker> worker_;
    PeerCounter::Seat seat_;
    Socket socket_;
    std::unique_ptr<Transport> tls_;  // null in the clear, which so costs nothing, and once the socket is closed
    asio::cancellation_signal cancel_;  // of the coroutine, and so of the handler it awaits
    InputBuffer input_;
    RequestParser parser_;
    const char* refusal_;  // what requests are told, since there are too many connections; null: nothing
    RouteTable::Match match_;
    Events events_{*this};
    std::vector<Header> extra_headers_;  // of whatever answer this request gets
    std::unique_ptr<WebSocketSession> web_socket_;  // once this is one
    Admission::Place place_;  // while the request is under way
    std::string head_;  // of the answer; kept for its memory

    Phase phase_{Phase::idle};
    TimePoint deadline_{TimePoint::max()};
    int eager_writes_{0};         // since this coroutine last gave way to others
    unsigned watch_{0};           // number of the current watch, odd while one is on
    bool fresh_{true};            // no request yet
    const bool travelled_;        // it began with another server, in the clear
    bool expired_{false};         // the sweep ended a read
    bool gone_{false};            // nothing can be sent any more
    bool answered_{false};        // a head has left for this request
    bool streaming_{false};       // between stream() and finish()
    bool chunked_{false};
    bool close_after_{false};     // no further request after this answer
};
}  // namespace rondo::net
