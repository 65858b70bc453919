#include "platform/net/transport.hpp"

namespace rondo::net {
namespace {
using ErrorCode = boost::system::error_code;

class PlainTransport final : public Transport {
public:
    explicit PlainTransport(Socket& socket) : socket_{socket} {}

    Step handshake() override { return {Outcome::moved}; }
    Step read(char* space, std::size_t bytes) override {
        ErrorCode ec;
        const std::size_t moved = socket_.read_some(asio::buffer(space, bytes), ec);
        if (ec == asio::error::eof) return {Outcome::ended};
        return judge(ec, moved, Outcome::wants_read);
    }
    Step write(std::span<const asio::const_buffer> parts) override {
        ErrorCode ec;
        const std::size_t moved = socket_.write_some(parts, ec);
        sent_ += moved;
        return judge(ec, moved, Outcome::wants_write);
    }
    bool buffers() const override { return false; }
    std::uint64_t sent() const override { return sent_; }
    std::string why() const override { return failure_.message(); }

private:
    Step judge(ErrorCode ec, std::size_t moved, Outcome wanted) {
        if (!ec) return {Outcome::moved, moved};
        if (ec == asio::error::would_block || ec == asio::error::try_again) return {wanted};
        failure_ = ec;
        return {Outcome::failed};
    }
    Socket& socket_;
    std::uint64_t sent_{0};
    ErrorCode failure_;
};
}  // namespace

std::unique_ptr<Transport> make_plain_transport(Socket& socket) { return std::make_unique<PlainTransport>(socket); }
}  // namespace rondo::net
