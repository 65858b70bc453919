#include "ws_client.hpp"

#include "platform/net/web_socket_deflate.hpp"
#include "ws_cases.hpp"

namespace rondo::net {
std::string ws_request(std::string_view path, std::string_view more) {
    std::string request = "GET ";
    return request.append(path)
        .append(
            " HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n")
        .append(more)
        .append("\r\n");
}

std::string ServerFrame::said() const {
    if (opcode == 8 && payload.empty()) return "close";
    if (opcode == 8) {
        return "close " + std::to_string(static_cast<unsigned char>(payload[0]) << 8U | static_cast<unsigned char>(payload[1]));
    }
    const char* const name = opcode == 1 ? "text" : opcode == 2 ? "binary" : opcode == 9 ? "ping" : opcode == 10 ? "pong" : "unexpected";
    return net::said(name, payload);
}

bool take_server_frame(std::string& bytes, ServerFrame& frame) {
    if (bytes.size() < 2) return false;
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(bytes[at]); };
    std::size_t head = 2, length = byte(1) & 0x7fU;
    const std::size_t more = length == 127 ? 8 : length == 126 ? 2 : 0;
    if (bytes.size() < head + more) return false;
    if (more > 0) {
        length = 0;
        for (; head < 2 + more; ++head) length = length << 8U | byte(head);
        EXPECT_GE(length, more == 2 ? 126U : 65'536U) << "lengths are minimal";
    }
    if (bytes.size() < head + length) return false;
    EXPECT_EQ(byte(1) & 0x80U, 0U) << "a server does not mask";
    EXPECT_EQ(byte(0) & 0xb0U, 0x80U) << "whole frames without RSV2 and RSV3";
    frame = {.opcode = byte(0) & 0x0fU, .compressed = (byte(0) & 0x40U) != 0, .payload = bytes.substr(head, length)};
    bytes.erase(0, head + length);
    if (frame.compressed) {
        Inflater inflater;
        std::string plain;
        EXPECT_EQ(inflater.feed(frame.payload, plain, 1U << 26U), Inflater::Outcome::fine);
        EXPECT_EQ(inflater.finish(plain, 1U << 26U), Inflater::Outcome::fine);
        frame.payload = std::move(plain);
    }
    return true;
}

asio::awaitable<void> WsClient::open(std::uint16_t port, std::string_view path, std::string_view more) {
    std::string request = ws_request(path, more);
    co_await raw_.connect(port);
    co_await raw_.send(std::move(request));
    const std::string head = co_await raw_.read("\r\n\r\n");
    EXPECT_TRUE(head.starts_with("HTTP/1.1 101 ")) << head;
    bytes_ = head.substr(std::min(head.find("\r\n\r\n"), head.size() - 4) + 4);
}

asio::awaitable<std::string> WsClient::next() {
    while (!take_server_frame(bytes_, frame_)) {
        const auto got = co_await within(in_time(), more());
        if (!got) ADD_FAILURE() << "the server neither closed nor sent anything in time";
        if (!got || !*got) co_return "end";
    }
    co_return frame_.said();
}

asio::awaitable<Result<bool>> WsClient::more() {
    char space[65'536];
    boost::system::error_code ec;
    const auto bytes = co_await raw_.socket().async_read_some(asio::buffer(space), asio::redirect_error(asio::use_awaitable, ec));
    if (ec) co_return false;
    bytes_.append(space, bytes);
    co_return true;
}
}  // namespace rondo::net
