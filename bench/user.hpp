#pragma once
#include "answer_reader.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace rondo::bench {
/// What every user says, and how they want to be answered.
struct Script {
    std::string scenario;
    std::vector<std::string> lines;  ///< not empty; said in order, over and over
    bool stream{false};              ///< server-sent events instead of one JSON answer
    bool weigh{false};               ///< tell what the texts of each turn weigh; JSON answers only, costs the driver some time
    std::size_t session_turns{48};   ///< > 0; then a new session, so that histories stay as long as real ones
};

/// A turn that ended, as its user saw it.
struct Spoken {
    Clock::duration first;        ///< from the request to the first byte of the answer, or to the first `delta` of a stream
    std::int64_t text_bytes{0};   ///< of message and answer together, when they are weighed
};

/// One person in conversation: a keep-alive connection, one request at a time. The script must outlive it.
class User {
public:
    /// Connects to 127.0.0.1 and asks for a session. `number` sets where in the script this user begins, so that users do not
    /// move in step. Errors: `unavailable`.
    [[nodiscard]] static Result<User> arrive(const Script& script, std::uint16_t port, std::size_t number);
    User(User&& other) noexcept;
    User& operator=(User&&) = delete;
    ~User();

    /// Takes what has arrived; call when the socket is readable. Returns the turn that ended with it, if one did. Says the next
    /// line unless `last`.
    /// Errors: those of the socket, and `internal` with the answer when a turn failed.
    [[nodiscard]] Result<std::optional<Spoken>> listen(bool last);

    [[nodiscard]] int socket() const { return socket_; }
    [[nodiscard]] bool idle() const { return waiting_ == Waiting::nothing; }

private:
    enum class Waiting { nothing, session, turn };
    User(const Script& script, int socket, std::size_t number);
    [[nodiscard]] Status ask_session();
    [[nodiscard]] Status say();
    [[nodiscard]] Status send(const std::string& body, Waiting waiting);
    [[nodiscard]] Status take_session();
    [[nodiscard]] Result<Spoken> take_turn() const;
    [[nodiscard]] Error unexpected() const;

    const Script* script_;
    int socket_;  // -1 once moved from
    std::size_t line_, turns_;
    std::string target_;  // of this session's turns
    AnswerReader answer_;
    std::size_t searched_{0};  // of the body, for the first delta
    Waiting waiting_{Waiting::nothing};
    TimePoint asked_;
    std::optional<TimePoint> first_;
};
}  // namespace rondo::bench
