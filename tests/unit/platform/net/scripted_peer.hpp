#pragma once
#include "test_certificates.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace rondo::net {
namespace asio = boost::asio;

/// One connection as a test's server sees it, byte for byte, in the clear or inside TLS.
class PeerConnection {
public:
    virtual ~PeerConnection() = default;
    /// Reads until `end` is there and returns all up to its end; less when the other side ends first.
    virtual asio::awaitable<std::string> read_until(std::string end) = 0;
    virtual asio::awaitable<std::string> read_bytes(std::size_t bytes) = 0;
    virtual asio::awaitable<bool> send(std::string bytes) = 0;  ///< false: the other side is gone
    virtual asio::awaitable<void> finish() = 0;                 ///< closes in order (TLS: says goodbye first)
    virtual void close() = 0;                                   ///< closes the socket, no word inside TLS
    virtual void reset() = 0;                                   ///< closes with a TCP reset
    [[nodiscard]] virtual std::string server_name() const = 0;  ///< what the client asked for (SNI)

    asio::awaitable<std::string> read_head() { return read_until("\r\n\r\n"); }
    /// Waits until the other side has closed.
    asio::awaitable<std::string> read_to_end() { return read_until({}); }
};

/// A server on loopback that does with each connection what the test says. Lives on the test's loop.
class ScriptedPeer {
public:
    using Script = std::function<asio::awaitable<void>(PeerConnection&)>;
    /// `identity`: null for a server in the clear.
    ScriptedPeer(asio::io_context& loop, Script script, const Identity* identity = nullptr,
                 asio::ip::address address = asio::ip::address_v4::loopback());
    ~ScriptedPeer();
    ScriptedPeer(const ScriptedPeer&) = delete;
    ScriptedPeer& operator=(const ScriptedPeer&) = delete;

    [[nodiscard]] std::uint16_t port() const;
    [[nodiscard]] int accepted() const;  ///< connections, TLS set up or not
    [[nodiscard]] int ended() const;     ///< scripts that ran to their end

private:
    struct Shared;
    static asio::awaitable<void> accept(std::shared_ptr<Shared> shared);
    static asio::awaitable<void> serve(std::shared_ptr<Shared> shared, asio::ip::tcp::socket socket);
    std::shared_ptr<Shared> shared_;
};
}  // namespace rondo::net
