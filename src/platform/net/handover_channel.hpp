#pragma once
#include "base/clock.hpp"
#include "base/result.hpp"
#include "platform/net/descriptor.hpp"

#include <sys/types.h>

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rondo::net {
/// What the process that serves and the one that is to follow it tell each other, one packet each. The letter is what is sent.
///
///   follower             server
///   take "1 0.2.0 66305:1234" ──▶  protocol, program, folder
///                   ◀──  offer     "0.1.0 10000": program, longest drain in ms; with the listening socket. Or refused "why".
///   go              ──▶            the server stops accepting
///                   ◀──  moved     idle connections, many; or one with bytes that were read already
///                   ◀──  progress  "2 turns, 3 connections", now and then
///                   ◀──  released  the data folder is free
///   serving         ──▶            the server exits
///
/// Until `serving` the server keeps a copy of every socket: whoever hangs up before has changed nothing.
enum class HandoverWord : char {
    take = 'T',
    offer = 'O',
    refused = 'X',
    go = 'G',
    moved = 'M',
    progress = 'P',
    released = 'R',
    serving = 'S',
};

inline constexpr int kHandoverProtocol = 1;
inline constexpr std::size_t kMostMoved = 128;  ///< sockets in one packet; the kernel takes 253

struct HandoverPacket {
    HandoverWord word;
    std::string text;
    std::vector<Descriptor> sockets;
};

/// One end of that conversation: packets with descriptors over a Unix socket. Blocks at most as long as it is told to. One thread
/// at a time.
class HandoverChannel {
public:
    HandoverChannel() = default;
    /// Takes over a connected socket. Errors: `permission_denied` (the other end is another user's), those of the system.
    [[nodiscard]] static Result<HandoverChannel> adopt(Descriptor socket);

    /// Errors: `unavailable` (the other end is gone, or took nothing for ten seconds).
    [[nodiscard]] Status send(HandoverWord word, std::string_view text = {}, std::span<const int> sockets = {});
    /// Errors: `deadline_exceeded`, `unavailable` (the other end is gone), `data_loss` (sockets were lost for want of descriptors).
    [[nodiscard]] Result<HandoverPacket> receive(TimePoint deadline);

    [[nodiscard]] int native() const { return socket_.get(); }
    [[nodiscard]] pid_t peer() const { return peer_; }
    explicit operator bool() const { return static_cast<bool>(socket_); }

private:
    Descriptor socket_;
    pid_t peer_{0};
};

/// The file `takeover.sock` of a data folder, however long its path is.
class HandoverAddress {
public:
    /// Errors: `unavailable` (the folder cannot be opened).
    [[nodiscard]] static Result<HandoverAddress> in(const std::filesystem::path& folder);

    /// Listens, readable by its owner alone, in place of whatever socket lay there. For the owner of the folder's lock only.
    [[nodiscard]] Result<Descriptor> listen() const;
    /// Errors: `not_found` (nobody is there), `unavailable`.
    [[nodiscard]] Result<Descriptor> connect() const;
    void remove() const;
    /// Names the folder itself, however one came there. Errors: `unavailable`.
    [[nodiscard]] Result<std::string> identity() const;

private:
    explicit HandoverAddress(Descriptor folder) : folder_{std::move(folder)} {}
    Descriptor folder_;
};
}  // namespace rondo::net
