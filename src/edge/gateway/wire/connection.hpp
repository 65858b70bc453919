#pragma once
#include "base/async/context.hpp"
#include "base/async/signal.hpp"
#include "edge/gateway/api.hpp"
#include "edge/gateway/wire/coalescer.hpp"
#include "edge/gateway/wire/config.hpp"
#include "edge/gateway/wire/dialect.hpp"
#include "edge/gateway/wire/hub.hpp"
#include "platform/net/web_socket.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rondo::gateway::wire {
/// One WebSocket in conversation: one coroutine reads its commands, one tells the events of the session it is bound to, and each command
/// has one of its own, at most Config::commands_in_flight. All on the connection's thread.
///
/// Held by shared_ptr: what a command began (counting the tokens of its turn) may outlast the socket.
class Connection final : public Hub::Listener, public std::enable_shared_from_this<Connection> {
public:
    struct Parts {
        const Backend& backend;
        Gate& gate;
        Hub& hub;
        Config config;
        Protocol protocol;
        Caller caller;  ///< as the handshake let it in
        std::function<CallContext(const Caller&, std::string_view trace)> context;  ///< of one command; trace: 16 bytes or ""
        /// Room for a command, as a request of that priority would get it; called while the socket is open.
        std::function<Result<net::Admission::Place>(net::Priority)> begin_work;
        asio::any_io_executor executor;
    };
    /// Where to begin.
    struct Place {
        SessionId session;
        std::optional<store::EventId> after{};  ///< nullopt: with the running turn's first event, or from now on
    };
    explicit Connection(Parts parts);

    /// Until the socket is closed. Call once.
    asio::awaitable<void> run(net::WebSocket& socket, std::optional<Place> first);
    /// The server goes down: says so, and closes with 1012 once no turn of the session runs.
    void drain();
    void on_generation(std::uint64_t generation) override;

private:
    /// The session that is followed, and the coroutine that does it.
    struct Feed {
        std::shared_ptr<turn::Subscription> subscription;
        Hub::Place place;  // among the session's connections
        asio::cancellation_signal cancel;
        bool ended{false};
    };
    /// What a batch of events came to, besides the events.
    struct Told {
        std::optional<v1::Ended> ended{};  // the last turn that ended
    };
    using Self = std::shared_ptr<Connection>;

    // connection.cpp: what the client says.
    asio::awaitable<void> hear(const net::WebSocket::Message& message);
    asio::awaitable<void> obey(Asked asked);
    asio::awaitable<Status> bind(Place place, std::uint32_t id);
    asio::awaitable<Status> bind_or_create(Asked::Session wanted);
    [[nodiscard]] bool admit(std::optional<Error>& refusal);
    static asio::awaitable<void> perform(Self self, Frame command, CallContext ctx, net::Admission::Place place);
    void acknowledge(std::uint32_t seq);

    // connection_feed.cpp: what it is told.
    asio::awaitable<void> stop_feed();
    static asio::awaitable<void> tell(Self self, std::shared_ptr<Feed> feed);
    asio::awaitable<Status> tell_all(Feed& feed);
    asio::awaitable<Result<std::vector<turn::SessionEvent>>> later(Feed& feed, std::optional<TimePoint> due);
    Status take(const turn::SessionEvent& event, TimePoint now, Coalescer& pace, std::vector<Frame>& out, Told& told);
    void note(Frame& frame, Told& told);
    asio::awaitable<Status> send_event(Frame frame);
    asio::awaitable<Status> conclude(Told told);
    asio::awaitable<Status> tell_usage(v1::Ended ended);
    asio::awaitable<Status> tell_state(v1::Status::State state);
    asio::awaitable<Status> send(Frame frame);
    asio::awaitable<Status> refuse(std::uint32_t id, Error error);
    static asio::awaitable<void> say(Self self, Frame frame);
    static asio::awaitable<void> leave(Self self);
    void close(std::uint16_t code, std::string_view reason);
    void leave_when_idle();
    [[nodiscard]] bool bound() const { return feed_ && !feed_->ended; }

    Parts parts_;
    const Hub::Meter& meter_;
    std::unique_ptr<Dialect> dialect_;
    net::WebSocket* socket_{nullptr};  // null before and after run()
    Signal changed_;                   // a send or the feed has ended
    int sending_{0}, commands_{0};
    int refused_in_a_row_{0};          // by the rate limit
    bool draining_{false};

    SessionId session_;
    std::string owner_;                // of the session
    bool redacted_{false};
    std::shared_ptr<Feed> feed_;
    std::uint32_t epoch_{0};           // of the last event that was sent
    std::uint32_t running_{0}, ended_{0}, told_running_{0};  // turns
    std::deque<std::string> own_;      // ids of messages said here whose acceptance was not told yet

    struct Probe {
        std::uint32_t seq;
        TimePoint sent;
    };
    std::optional<Probe> probe_;       // one event at a time is measured until its acknowledgement
};
}  // namespace rondo::gateway::wire
