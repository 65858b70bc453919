#pragma once
#include "base/result.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace rondo::bench {
/// A TCP connection to 127.0.0.1, without Nagle's delay. Errors of all its calls: `unavailable` (refused, broken, closed).
class Loopback {
public:
    [[nodiscard]] static Result<Loopback> connect(std::uint16_t port);
    Loopback(Loopback&& other) noexcept : socket_{std::exchange(other.socket_, -1)} {}
    Loopback& operator=(Loopback&&) = delete;
    ~Loopback();

    /// All of it; waits when it is longer than the socket's buffer has room.
    [[nodiscard]] Status send(std::string_view bytes);
    /// What there is room for, without waiting.
    [[nodiscard]] Result<std::size_t> send_some(std::string_view bytes);
    /// What has come, without waiting; 0: nothing.
    [[nodiscard]] Result<std::size_t> receive(char* into, std::size_t bytes);
    /// Until something has come. Errors: also `deadline_exceeded`.
    [[nodiscard]] Status wait(std::chrono::milliseconds patience);

    [[nodiscard]] int socket() const { return socket_; }

private:
    explicit Loopback(int socket) : socket_{socket} {}
    int socket_;  // -1 once moved from
};

/// Raises the soft limit on file descriptors so far that this process can hold as many connections; children inherit it.
/// Errors: `resource_exhausted` (the hard limit is lower).
[[nodiscard]] Status allow_connections(std::size_t connections);

/// Asks once and returns the answer's body. Errors: those above and of AnswerReader; `internal` unless it has this status.
[[nodiscard]] Result<std::string> fetch(std::uint16_t port, std::string_view request, int status = 200);
}  // namespace rondo::bench
