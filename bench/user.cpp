#include "user.hpp"

#include "base/json.hpp"

#include <arpa/inet.h>
#include <boost/json.hpp>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace rondo::bench {
namespace {
Error broken(const char* what) { return {Code::unavailable, fmt::format("{}: {}", what, std::strerror(errno))}; }
}  // namespace

Result<User> User::arrive(const Script& script, std::uint16_t port, std::size_t number) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket < 0) return fail(broken("socket"));
    User user{script, socket, number};
    const int on = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return fail(broken("connect"));
    if (const auto asked = user.ask_session(); !asked) return propagate(asked);
    return user;
}

User::User(const Script& script, int socket, std::size_t number)
    : script_{&script}, socket_{socket}, line_{number % script.lines.size()}, turns_{number % script.session_turns} {}

User::User(User&& other) noexcept
    : script_{other.script_},
      socket_{std::exchange(other.socket_, -1)},
      line_{other.line_},
      turns_{other.turns_},
      target_{std::move(other.target_)},
      answer_{std::move(other.answer_)},
      searched_{other.searched_},
      waiting_{other.waiting_},
      asked_{other.asked_},
      first_{other.first_} {}

User::~User() {
    if (socket_ >= 0) ::close(socket_);
}

Result<std::optional<Spoken>> User::listen(bool last) {
    std::array<char, 16'384> bytes;
    const auto size = ::recv(socket_, bytes.data(), bytes.size(), MSG_DONTWAIT);
    const TimePoint now = Clock::now();
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return std::nullopt;
    if (size < 0) return fail(broken("recv"));
    if (size == 0) return fail(Code::unavailable, "the server closed a connection");
    if (idle()) return fail(Code::data_loss, "bytes that nobody asked for");
    if (const auto fed = answer_.feed({bytes.data(), static_cast<std::size_t>(size)}); !fed) return propagate(fed);
    if (!first_ && waiting_ == Waiting::turn) {
        constexpr std::string_view kDelta = "event: delta\n";
        if (!script_->stream || answer_.body().find(kDelta, searched_) != std::string::npos) first_ = now;
        searched_ = answer_.body().size() - std::min(answer_.body().size(), kDelta.size());
    }
    if (!answer_.done()) return std::nullopt;

    std::optional<Spoken> spoken;
    if (waiting_ == Waiting::session) {
        if (const auto taken = take_session(); !taken) return propagate(taken);
    } else {
        const auto taken = take_turn();
        if (!taken) return propagate(taken);
        spoken = *taken;
    }
    waiting_ = Waiting::nothing;
    if (last) return spoken;
    const auto next = turns_ < script_->session_turns ? say() : ask_session();
    if (!next) return propagate(next);
    return spoken;
}

Status User::ask_session() {
    const auto body = boost::json::serialize(boost::json::object{{"scenario", script_->scenario}});
    return send(fmt::format("POST /api/v1/sessions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                            "Content-Length: {}\r\n\r\n{}",
                            body.size(), body),
                Waiting::session);
}

Status User::say() {
    const auto body = boost::json::serialize(boost::json::object{{"user_message", script_->lines[line_]}});
    line_ = (line_ + 1) % script_->lines.size();
    ++turns_;
    return send(fmt::format("POST {} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nAccept: {}\r\n"
                            "Content-Length: {}\r\n\r\n{}",
                            target_, script_->stream ? "text/event-stream" : "application/json", body.size(), body),
                Waiting::turn);
}

/// One request at a time, far shorter than a socket's buffer: send() takes it whole and does not wait.
Status User::send(const std::string& request, Waiting waiting) {
    answer_.reset();
    searched_ = 0;
    first_.reset();
    waiting_ = waiting;
    asked_ = Clock::now();
    const auto sent = ::send(socket_, request.data(), request.size(), MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(request.size())) return fail(broken("send"));
    return {};
}

Status User::take_session() {
    const auto parsed = json::parse(answer_.body());
    const auto* id = parsed && parsed->is_object() ? parsed->as_object().if_contains("session_id") : nullptr;
    if (answer_.status() != 201 || !id || !id->is_string()) return fail(unexpected());
    if (!target_.empty()) line_ = turns_ = 0;  // only the first session begins in mid-conversation
    target_ = fmt::format("/api/v1/sessions/{}/turns", std::string_view{id->as_string()});
    return {};
}

Result<Spoken> User::take_turn() const {
    const char* proof = script_->stream ? "\nevent: completed\n" : "\"npc_response\"";
    if (answer_.status() != 200 || !first_ || answer_.body().find(proof) == std::string::npos) return fail(unexpected());
    Spoken spoken{.first = *first_ - asked_};
    if (script_->weigh) {
        const auto parsed = json::parse(answer_.body());
        const auto* said = parsed && parsed->is_object() ? parsed->as_object().if_contains("npc_response") : nullptr;
        if (!said || !said->is_string()) return fail(unexpected());
        const auto& asked = script_->lines[(line_ + script_->lines.size() - 1) % script_->lines.size()];
        spoken.text_bytes = static_cast<std::int64_t>(said->get_string().size() + asked.size());
    }
    return spoken;
}

Error User::unexpected() const {
    return {Code::internal, fmt::format("{} answered {}: {}", waiting_ == Waiting::session ? "a session" : "a turn", answer_.status(),
                                        answer_.body().substr(0, 400))};
}
}  // namespace rondo::bench
