#pragma once
#include <cstdint>
#include <string_view>

namespace rondo::fault {
/// A socket that says what it is told and reads only when asked; never blocks. Its receive buffer is small, so that a peer that
/// does not read is soon felt by the server.
class SlowPeer {
public:
    explicit SlowPeer(std::uint16_t port);  ///< connected; throws when it cannot be
    ~SlowPeer();
    SlowPeer(SlowPeer&& other) noexcept;
    SlowPeer& operator=(SlowPeer&&) = delete;

    void say(std::string_view bytes);       ///< as many of them as the system takes now
    [[nodiscard]] std::size_t read_some();  ///< bytes that were waiting, at most 64; they are dropped

private:
    int socket_;
};

/// This process's memory in bytes: resident, the peak not included.
[[nodiscard]] std::size_t resident_bytes();
}  // namespace rondo::fault
