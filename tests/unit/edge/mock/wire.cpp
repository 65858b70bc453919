#include "wire.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <utility>

namespace rondo::mock {
Wire::Wire(std::uint16_t port) : socket_{::socket(AF_INET, SOCK_STREAM, 0)} {
    const timeval patience{.tv_sec = std::chrono::seconds{kPatience}.count(), .tv_usec = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) ADD_FAILURE() << "cannot connect to " << port;
}

void Wire::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

bool Wire::more(std::string& into) {
    if (ending_ != Ending::open) return false;
    char space[16384];
    const auto got = ::recv(socket_, space, sizeof space, 0);
    if (got > 0) into.append(space, static_cast<std::size_t>(got));
    if (got == 0) ending_ = Ending::closed;
    if (got < 0 && errno == ECONNRESET) ending_ = Ending::reset;
    if (got < 0 && errno != ECONNRESET) ADD_FAILURE() << "neither bytes nor an end in time";
    return got > 0;
}

std::string Wire::read(std::size_t bytes) {
    while (ahead_.size() < bytes && more(ahead_)) {}
    std::string taken = ahead_.substr(0, bytes);
    ahead_.erase(0, bytes);
    return taken;
}

std::string Wire::read_to(std::string_view end) {
    while (!ahead_.contains(end) && more(ahead_)) {}
    const auto at = ahead_.find(end);
    return read(at == std::string::npos ? ahead_.size() : at + end.size());
}

Ending Wire::ending() {
    if (ahead_.empty()) static_cast<void>(more(ahead_));
    if (!ahead_.empty()) ADD_FAILURE() << "more than expected: " << ahead_;
    return ending_;
}

void Wire::close() {
    if (socket_ >= 0) ::close(std::exchange(socket_, -1));
}

std::string post(std::string_view path, std::string_view body, std::string_view headers) {
    return fmt::format("POST {} HTTP/1.1\r\nHost: mock\r\n{}Content-Length: {}\r\n\r\n{}", path, headers, body.size(), body);
}

std::string chat(std::string_view model, bool stream, std::string_view message, std::string_view more) {
    return post("/v1/chat/completions", fmt::format(R"({{"model":"{}","stream":{},"messages":[{{"role":"user","content":"{}"}}]{}}})",
                                                    model, stream, message, more));
}

std::string messages(std::string_view model, bool stream, std::string_view message, std::string_view more) {
    return post("/v1/messages",
                fmt::format(R"({{"model":"{}","stream":{},"max_tokens":1000,"messages":[{{"role":"user","content":"{}"}}]{}}})", model,
                            stream, message, more),
                "anthropic-version: 2023-06-01\r\n");
}

std::string without_ids(std::string text) {
    for (const std::string_view prefix : {"req_", "chatcmpl-", "msg_", "call_", "toolu_"}) {
        for (auto at = text.find(prefix); at != std::string::npos; at = text.find(prefix, at + prefix.size())) {
            const auto begin = text.begin() + static_cast<std::ptrdiff_t>(at + prefix.size());
            if (text.end() - begin < 16) continue;
            if (std::all_of(begin, begin + 16, [](unsigned char c) { return std::isxdigit(c) != 0; })) std::fill_n(begin, 16, '0');
        }
    }
    return text;
}

std::string chunk(std::string_view bytes) { return fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes); }

ProviderTest::ProviderTest(Provider::Options options) : provider_{std::move(options)} {
    const auto started = provider_.start();
    if (!started) ADD_FAILURE() << started.error().message;
}

std::vector<Attempt> ProviderTest::ended(std::size_t count) {
    const auto all = [count](const std::vector<Attempt>& attempts) {
        return attempts.size() >= count && std::ranges::all_of(attempts, &Attempt::ended);
    };
    EXPECT_TRUE(provider_.wait_for(all, kPatience)) << "fewer than " << count << " attempts ended";
    return provider_.attempts();
}
}  // namespace rondo::mock
