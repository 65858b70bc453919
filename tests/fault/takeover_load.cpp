#include "fault/takeover_load.hpp"

#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace rondo::fault {
namespace {
using ErrorCode = boost::system::error_code;

/// True once `text` is an answer with all of its body, whose length it tells.
bool whole(const std::string& text) {
    const auto head = text.find("\r\n\r\n");
    if (head == std::string::npos) return false;
    constexpr std::string_view kLength = "\r\nContent-Length: ";
    const auto at = text.find(kLength);
    if (at == std::string::npos || at > head) return true;
    std::size_t length = 0;
    std::from_chars(text.data() + at + kLength.size(), text.data() + head, length);
    return text.size() >= head + 4 + length;
}
}  // namespace

TakeoverLoad::TakeoverLoad(std::uint16_t port) : world_{loop_.context().get_executor()} {
    world_.port = port;
    world_.up = true;
    world_.starts = 1;
    world_.heard = [] {};
}

void TakeoverLoad::add_talkers(int count, CrashClient::Manner manner) {
    for (int i = 0; i < count; ++i) {
        const int place = static_cast<int>(talkers_.size());
        sessions_.push_back(fmt::format("talker-{}", place));
        talkers_.push_back(std::make_unique<CrashClient>(world_, place, sessions_.back(), manner));
        world_.speaking = place + 1;
        asio::co_spawn(loop_.context(), talkers_.back()->run(), asio::detached);
    }
}

void TakeoverLoad::add_keepers(int count) {
    for (int i = 0; i < count; ++i) asio::co_spawn(loop_.context(), keep(i), asio::detached);
}

void TakeoverLoad::add_visitors(int count) {
    for (int i = 0; i < count; ++i) asio::co_spawn(loop_.context(), visit(i), asio::detached);
}

void TakeoverLoad::start() {
    thread_ = std::thread{[this] { loop_.finish(); }};
}

void TakeoverLoad::finish() {
    if (!thread_.joinable()) return;
    asio::post(loop_.context(), [this] { world_.enough = true; });
    thread_.join();
}

asio::awaitable<void> TakeoverLoad::keep(int number) {
    const auto who = fmt::format("keeper {}", number);
    asio::ip::tcp::socket socket{loop_.context()};
    ErrorCode ec;
    co_await socket.async_connect({asio::ip::address_v4::loopback(), world_.port}, asio::redirect_error(asio::use_awaitable, ec));
    if (ec) co_return complain(who, "cannot connect: " + ec.message());
    const std::array requests{std::string{"GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n"},
                              std::string{"GET /api/v1/sessions?limit=2 HTTP/1.1\r\nHost: localhost\r\n\r\n"}};
    for (std::size_t nth = 0; !world_.enough; ++nth) {
        if (!co_await ask(socket, who, requests[nth % requests.size()])) co_return;
    }
}

asio::awaitable<void> TakeoverLoad::visit(int number) {
    const auto who = fmt::format("visitor {}", number);
    while (!world_.enough) {
        asio::ip::tcp::socket socket{loop_.context()};
        ErrorCode ec;
        co_await socket.async_connect({asio::ip::address_v4::loopback(), world_.port}, asio::redirect_error(asio::use_awaitable, ec));
        if (ec) co_return complain(who, "cannot connect: " + ec.message());
        if (!co_await ask(socket, who, "GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")) co_return;
    }
}

asio::awaitable<bool> TakeoverLoad::ask(asio::ip::tcp::socket& socket, std::string who, std::string request) {
    const TimePoint began = Clock::now();
    ErrorCode ec;
    co_await asio::async_write(socket, asio::buffer(request), asio::redirect_error(asio::use_awaitable, ec));
    std::string answer;
    while (!ec && !whole(answer)) {
        char space[4096];
        const auto bytes = co_await socket.async_read_some(asio::buffer(space), asio::redirect_error(asio::use_awaitable, ec));
        answer.append(space, bytes);
    }
    if (ec) complain(who, fmt::format("no answer: {} after {} bytes", ec.message(), answer.size()));
    else if (!answer.starts_with("HTTP/1.1 200 ")) complain(who, "was told " + answer);
    ++sums_.requests;
    sums_.longest = std::max(sums_.longest, Clock::now() - began);
    co_return !ec;
}

void TakeoverLoad::complain(const std::string& who, const std::string& what) {
    if (world_.complaints.size() < 20) world_.complaints.push_back(who + ": " + what);
}
}  // namespace rondo::fault
