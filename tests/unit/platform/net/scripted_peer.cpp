#include "scripted_peer.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <optional>

namespace rondo::net {
namespace {
using asio::ip::tcp;
using ErrorCode = boost::system::error_code;
using TlsStream = asio::ssl::stream<tcp::socket>;

template <class Stream>
class PeerStream final : public PeerConnection {
public:
    explicit PeerStream(Stream stream) : stream_{std::move(stream)} {}
    Stream& stream() { return stream_; }

    asio::awaitable<std::string> read_until(std::string end) override {
        for (;;) {
            const auto found = end.empty() ? std::string::npos : waiting_.find(end);
            if (found != std::string::npos) co_return take(found + end.size());
            const bool more = co_await fill();
            if (!more) co_return take(waiting_.size());
        }
    }
    asio::awaitable<std::string> read_bytes(std::size_t bytes) override {
        bool more = true;
        while (more && waiting_.size() < bytes) more = co_await fill();
        co_return take(std::min(bytes, waiting_.size()));
    }
    asio::awaitable<bool> send(std::string bytes) override {
        ErrorCode ec;
        co_await asio::async_write(stream_, asio::buffer(bytes), asio::redirect_error(asio::use_awaitable, ec));
        co_return !ec;
    }
    asio::awaitable<void> finish() override {
        if constexpr (std::is_same_v<Stream, TlsStream>) {
            ErrorCode ec;
            co_await stream_.async_shutdown(asio::redirect_error(asio::use_awaitable, ec));
        }
        close();
        co_return;
    }
    void close() override {
        ErrorCode ignored;
        stream_.lowest_layer().close(ignored);
    }
    void reset() override {
        ErrorCode ignored;
        stream_.lowest_layer().set_option(tcp::socket::linger{true, 0}, ignored);
        close();
    }
    std::string server_name() const override {
        if constexpr (std::is_same_v<Stream, TlsStream>) {
            const char* const name = SSL_get_servername(const_cast<Stream&>(stream_).native_handle(), TLSEXT_NAMETYPE_host_name);
            return name ? name : "";
        }
        return {};
    }

private:
    asio::awaitable<bool> fill() {
        char space[16'384];
        ErrorCode ec;
        const auto bytes = co_await stream_.async_read_some(asio::buffer(space), asio::redirect_error(asio::use_awaitable, ec));
        waiting_.append(space, bytes);
        co_return !ec;
    }
    std::string take(std::size_t bytes) {
        std::string taken = waiting_.substr(0, bytes);
        waiting_.erase(0, bytes);
        return taken;
    }
    Stream stream_;
    std::string waiting_;
};
}  // namespace

struct ScriptedPeer::Shared {
    asio::io_context& loop;
    Script script;
    tcp::acceptor acceptor;
    std::optional<asio::ssl::context> tls{};
    int accepted{0};
    int ended{0};
};

ScriptedPeer::ScriptedPeer(asio::io_context& loop, Script script, const Identity* identity, asio::ip::address address)
    : shared_{std::make_shared<Shared>(loop, std::move(script), tcp::acceptor{loop, tcp::endpoint{address, 0}})} {
    if (identity) {
        auto& tls = shared_->tls.emplace(asio::ssl::context::tls_server);
        tls.use_certificate_chain(asio::buffer(identity->certificate));
        tls.use_private_key(asio::buffer(identity->key), asio::ssl::context::pem);
    }
    asio::co_spawn(loop, accept(shared_), asio::detached);
}
ScriptedPeer::~ScriptedPeer() { shared_->acceptor.close(); }

std::uint16_t ScriptedPeer::port() const { return shared_->acceptor.local_endpoint().port(); }
int ScriptedPeer::accepted() const { return shared_->accepted; }
int ScriptedPeer::ended() const { return shared_->ended; }

asio::awaitable<void> ScriptedPeer::accept(std::shared_ptr<Shared> shared) {
    for (;;) {
        ErrorCode ec;
        auto socket = co_await shared->acceptor.async_accept(asio::redirect_error(asio::use_awaitable, ec));
        if (ec) co_return;
        socket.set_option(tcp::no_delay{true}, ec);
        ++shared->accepted;
        asio::co_spawn(shared->loop, serve(shared, std::move(socket)), asio::detached);
    }
}

asio::awaitable<void> ScriptedPeer::serve(std::shared_ptr<Shared> shared, tcp::socket socket) {
    std::unique_ptr<PeerConnection> connection;
    if (shared->tls) {
        auto tls = std::make_unique<PeerStream<TlsStream>>(TlsStream{std::move(socket), *shared->tls});
        ErrorCode ec;
        co_await tls->stream().async_handshake(asio::ssl::stream_base::server, asio::redirect_error(asio::use_awaitable, ec));
        if (ec) co_return;
        connection = std::move(tls);
    } else {
        connection = std::make_unique<PeerStream<tcp::socket>>(std::move(socket));
    }
    co_await shared->script(*connection);
    ++shared->ended;
}
}  // namespace rondo::net
