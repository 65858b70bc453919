#pragma once
#include "platform/net/http_client.hpp"
#include "support/loop.hpp"

#include <boost/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rondo::support {
/// An answer of the server; `json` is null when the body is not JSON.
struct Answer {
    int status{0};
    std::vector<net::Header> headers{};
    std::string body{};
    boost::json::value json{};

    [[nodiscard]] std::string_view header(std::string_view name) const { return net::find_header(headers, name); }
    /// The member as text; "" when it is absent or no string.
    [[nodiscard]] std::string text(std::string_view member) const;
    /// The member; null when absent.
    [[nodiscard]] boost::json::value at(std::string_view member) const;
};

[[nodiscard]] Answer answer_of(const net::ClientResponse& response);
/// `json[member]` as text; "" when absent or no string.
[[nodiscard]] std::string text_of(const boost::json::value& json, std::string_view member);

struct Event {
    std::string id, type, data;
    bool operator==(const Event&) const = default;
    [[nodiscard]] boost::json::value json() const { return boost::json::parse(data); }
};
void PrintTo(const Event& event, std::ostream* out);

/// The texts of the deltas, concatenated.
[[nodiscard]] std::string deltas_of(const std::vector<Event>& events);
/// The first event of that type; null when there is none.
[[nodiscard]] const Event* find_event(const std::vector<Event>& events, std::string_view type);

/// One connection to the server as a stranger would hold it. A broken connection or a silence of a minute ends the test
/// with an exception, so that a caller only sees answers.
class Client {
public:
    Client(Loop& loop, std::uint16_t port) : loop_{loop}, http_{loop.context().get_executor(), "127.0.0.1", port} {}

    Answer get(std::string target) { return send({.method = net::Method::get, .target = std::move(target)}); }
    Answer post(std::string target, const boost::json::object& body, std::vector<net::Header> headers = {}) {
        return send(posting(std::move(target), body, std::move(headers)));
    }
    Answer send(net::ClientRequest request) { return loop_.wait(exchange(std::move(request))); }
    /// Sends while the test goes on; `answer`, which must live that long, is set once it has come.
    void send_meanwhile(net::ClientRequest request, std::optional<Answer>& answer);

    /// Begins a session and returns its id.
    std::string open_session(const boost::json::object& wanted = {});
    /// One turn, answered as JSON.
    Answer say(std::string_view session, std::string_view message, boost::json::object more = {});

    /// An answer read event by event; `next` gives nullopt at its end.
    class Stream {
    public:
        [[nodiscard]] const net::ClientResponse& head() const { return reader_.response(); }
        std::optional<Event> next();
        std::vector<Event> rest();                              ///< all events to the end
        std::vector<Event> until(std::string_view type);        ///< all events up to and with the first of that type

    private:
        friend class Client;
        Stream(Loop& loop, net::SseReader reader) : loop_{&loop}, reader_{std::move(reader)} {}
        Loop* loop_;
        net::SseReader reader_;
    };
    Stream stream(net::ClientRequest request);
    Stream stream_turn(std::string_view session, std::string_view message, boost::json::object more = {});
    /// The events of a turn, those after `last_event_id` when one is given.
    Stream events(std::string_view session, std::int64_t turn, std::string_view last_event_id = {});
    void close() { http_.close(); }

    [[nodiscard]] static net::ClientRequest posting(std::string target, const boost::json::object& body,
                                                    std::vector<net::Header> headers = {});
    [[nodiscard]] static net::ClientRequest turn_request(std::string_view session, std::string_view message, boost::json::object more = {});

private:
    asio::awaitable<Answer> exchange(net::ClientRequest request);
    asio::awaitable<void> exchange_into(net::ClientRequest request, std::optional<Answer>& answer);

    Loop& loop_;
    net::HttpClient http_;
};
}  // namespace rondo::support
