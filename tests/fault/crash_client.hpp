#pragma once
#include "base/async/signal.hpp"
#include "fault/turn_audit.hpp"
#include "platform/net/http_client.hpp"

#include <boost/json.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace rondo::fault {
/// What the clients of a crashing server share. Everything is on one executor.
struct World {
    explicit World(asio::any_io_executor on) : executor{on}, changed{on} {}

    asio::any_io_executor executor;
    Signal changed;               ///< notified when the server is there again
    bool up{false};
    int speaking{0};              ///< of the clients: those that may send while the server is in this life
    int starts{0};                ///< of the server: tells a crash from a broken connection
    bool cuts{false};             ///< connections may break at any time: one server follows the other
    std::uint16_t port{0};
    bool enough{false};           ///< clients finish the turn they are in and leave
    std::function<void()> heard;  ///< called for every answer and every event; may crash the server

    struct Asked {
        boost::json::object body;
        Told told;
    };
    std::vector<Asked> asked;             ///< every turn that was answered, with the request that made it
    std::vector<std::string> complaints;  ///< what no client should ever see
    int repeats{0};                       ///< requests sent again because their result was unknown
    int restarted{0};                     ///< `restarted` events seen
};

/// A client with a session of its own that says one thing after the other and sends again, under the same message id, what
/// a crash left unanswered.
class CrashClient {
public:
    struct Manner {
        bool stream{false};       ///< server-sent events instead of one JSON answer
        bool async_coach{false};
        bool stop{false};         ///< says stop at the first piece of an answer; streams only
    };
    /// `place`: its number among the clients, from 0.
    CrashClient(World& world, int place, std::string session, Manner manner)
        : world_{world}, place_{place}, session_{std::move(session)}, manner_{manner} {}

    asio::awaitable<void> run();

private:
    struct Hearing;
    enum class Outcome { told, again, gave_up };

    asio::awaitable<void> server_up();
    asio::awaitable<bool> open_session();
    asio::awaitable<bool> take_turn(int nth);
    asio::awaitable<Outcome> ask(const boost::json::object& body);
    asio::awaitable<Outcome> listen(const boost::json::object& body, Hearing& hearing);
    asio::awaitable<void> say_stop(std::int64_t turn);
    void hear(Hearing& hearing, const net::SseEvent& event);
    void told(const boost::json::object& body, const boost::json::value& result);
    Outcome broken(const Error& error);
    Outcome refused(int status, const std::string& body);
    void complain(std::string what);
    [[nodiscard]] net::ClientRequest turn_request(const boost::json::object& body) const;

    World& world_;
    int place_;
    std::string session_;
    Manner manner_;
    std::optional<net::HttpClient> http_;
    int start_{-1};  ///< the start of the server that http_ is connected to
};
}  // namespace rondo::fault
