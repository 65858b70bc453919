#include "weak_talk.hpp"

#include "answer_reader.hpp"
#include "base/json.hpp"
#include "session_ear.hpp"
#include "ws_frames.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include <array>
#include <optional>
#include <string_view>

namespace rondo::bench {
namespace {
using asio::ip::tcp;
constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::minutes kLongestTurn{2};

double ms(Clock::duration time) { return std::chrono::duration<double, std::milli>(time).count(); }

/// A connection that may be broken at any time. Errors of all its calls: `unavailable`.
class Line {
public:
    explicit Line(asio::any_io_executor executor) : socket_{std::move(executor)} {}

    [[nodiscard]] bool open() const { return socket_.is_open(); }
    asio::awaitable<Status> connect(std::uint16_t port) {
        close();
        const tcp::endpoint link{asio::ip::address_v4::loopback(), port};
        const auto [refused] = co_await socket_.async_connect(link, kTuple);
        if (refused) co_return broken();
        boost::system::error_code ignored;
        socket_.set_option(tcp::no_delay{true}, ignored);
        co_return Status{};
    }
    asio::awaitable<Status> write(std::string bytes) {
        const auto [failed, size] = co_await asio::async_write(socket_, asio::buffer(bytes), kTuple);
        if (failed) co_return broken();
        co_return Status{};
    }
    /// What has come, until the next call.
    asio::awaitable<Result<std::string_view>> read() {
        const auto [failed, size] = co_await socket_.async_read_some(asio::buffer(bytes_), kTuple);
        if (failed) co_return broken();
        co_return std::string_view{bytes_.data(), size};
    }
    void close() {
        boost::system::error_code ignored;
        socket_.close(ignored);
    }

private:
    std::unexpected<Error> broken() {
        close();
        return fail(Code::unavailable, "the connection was cut");
    }
    tcp::socket socket_;
    std::array<char, 16'384> bytes_;
};

/// The clock of one turn.
class Stopwatch {
public:
    explicit Stopwatch(WeakTally& tally) : tally_{tally}, asked_{Clock::now()} {}
    /// Something new can be shown.
    void shown() {
        const TimePoint now = Clock::now();
        if (!first_) tally_.first_ms.push_back(ms(now - asked_));
        first_ = true;
        if (cut_) tally_.resume_ms.push_back(ms(now - *cut_));
        cut_.reset();
    }
    /// `counts`: it interrupts what was being told. A second cut before anything new was shown prolongs the first.
    void cut(bool counts) {
        ++tally_.cuts;
        if (counts && !cut_) cut_ = Clock::now();
    }
    [[nodiscard]] bool first() const { return first_; }
    [[nodiscard]] bool too_long() const { return Clock::now() - asked_ > kLongestTurn; }

private:
    WeakTally& tally_;
    TimePoint asked_;
    bool first_{false};
    std::optional<TimePoint> cut_;
};

std::unexpected<Error> too_long() { return fail(Code::deadline_exceeded, "a turn took two minutes"); }

/// A user of rondo.v1.pb.
class PbTalk {
public:
    PbTalk(WeakUser user, WeakTally& tally, asio::any_io_executor executor)
        : user_{std::move(user)}, tally_{tally}, ear_{user_.session}, line_{std::move(executor)} {}

    asio::awaitable<Status> run(TimePoint until) {
        while (!ear_.bound()) {
            const auto heard = co_await listen(nullptr);
            if (!heard) co_return propagate(heard);
        }
        for (int turn = 1; Clock::now() < until; ++turn) {
            const auto told = co_await speak(fmt::format("m-{}", turn));
            if (!told) co_return told;
        }
        tally_.duplicates += ear_.duplicates();
        for (const auto& turn : ear_.turns()) tally_.differing += turn.answer_bytes == turn.text.size() ? 0 : 1;
        co_return Status{};
    }

private:
    asio::awaitable<Status> speak(std::string message_id) {
        Stopwatch watch{tally_};
        for (bool asked = false, told = false; !told;) {
            if (watch.too_long()) co_return too_long();
            if (!line_.open()) asked = upgraded_ = false;
            if (upgraded_ && !asked && !ear_.accepted(message_id)) {
                std::string frame;
                ws::append_frame(frame, ws::Opcode::binary, SessionEar::start_turn(user_.message, message_id));
                static_cast<void>(co_await line_.write(std::move(frame)));  // when it fails, so does the next reading
                asked = true;
            }
            const auto ended = co_await listen(&watch);
            if (!ended) co_return propagate(ended);
            told = *ended;
        }
        ++tally_.turns;
        co_return Status{};
    }

    /// Connects when there is no connection, else hears what comes next; true: the end of a turn.
    asio::awaitable<Result<bool>> listen(Stopwatch* watch) {
        if (!line_.open()) {
            reader_ = {};
            upgraded_ = false;
            const auto connected = co_await line_.connect(user_.port);
            if (!connected) co_return propagate(connected);  // the link itself is always there
            static_cast<void>(co_await line_.write(ws::upgrade_request(ear_.target(), "rondo.v1.pb")));
        }
        const auto bytes = co_await line_.read();
        if (!bytes) {
            if (watch) watch->cut(watch->first());
            co_return false;
        }
        reader_.feed(*bytes);
        const auto upgraded = reader_.upgraded();
        if (!upgraded) co_return propagate(upgraded);
        upgraded_ = *upgraded;
        bool ended = false;
        while (upgraded_) {
            const auto frame = reader_.next();
            if (!frame) co_return propagate(frame);
            if (!*frame) break;
            if ((*frame)->opcode == ws::Opcode::close) co_return fail(Code::internal, "the server closed a connection");
            if ((*frame)->opcode != ws::Opcode::binary) continue;
            const auto heard = ear_.hear((*frame)->data);
            if (!heard) co_return propagate(heard);
            if (*heard != SessionEar::Heard::nothing && watch) watch->shown();
            if (*heard == SessionEar::Heard::end) ended = true;
        }
        co_return ended;
    }

    WeakUser user_;
    WeakTally& tally_;
    SessionEar ear_;
    Line line_;
    ws::Reader reader_;
    bool upgraded_{false};
};

/// A user of the HTTP API.
class HttpTalk {
public:
    HttpTalk(WeakUser user, HttpAnswer kind, WeakTally& tally, asio::any_io_executor executor)
        : user_{std::move(user)}, kind_{kind}, tally_{tally}, line_{std::move(executor)} {}

    asio::awaitable<Status> run(TimePoint until) {
        for (int turn = 1; Clock::now() < until; ++turn) {
            const auto told = co_await speak(request(fmt::format("m-{}", turn)));
            if (!told) co_return told;
        }
        co_return Status{};
    }

private:
    [[nodiscard]] std::string request(const std::string& message_id) const {
        const auto body = fmt::format(R"({{"user_message":{},"message_id":"{}"}})", json::quote(user_.message), message_id);
        return fmt::format(
            "POST /api/v1/sessions/{}/turns HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nAccept: {}\r\n"
            "Content-Length: {}\r\n\r\n{}",
            user_.session, kind_ == HttpAnswer::stream ? "text/event-stream" : "application/json", body.size(), body);
    }

    asio::awaitable<Status> speak(std::string request) {
        Stopwatch watch{tally_};
        std::size_t shown = 0;  // pieces, of all tries
        for (bool told = false; !told;) {
            if (watch.too_long()) co_return too_long();
            answer_.reset();
            searched_ = pieces_ = 0;
            if (!line_.open()) {
                const auto connected = co_await line_.connect(user_.port);
                if (!connected) co_return connected;
            }
            static_cast<void>(co_await line_.write(request));
            while (!told) {
                const auto bytes = co_await line_.read();
                if (!bytes) break;
                if (const auto fed = answer_.feed(*bytes); !fed) co_return fed;
                if (look() > shown) {
                    shown = pieces_;
                    watch.shown();
                }
                told = answer_.done();
            }
            if (!told) watch.cut(kind_ == HttpAnswer::whole || watch.first());
        }
        if (answer_.status() != 200)
            co_return fail(Code::internal, fmt::format("answered {}: {}", answer_.status(), answer_.body().substr(0, 400)));
        ++tally_.turns;
        co_return Status{};
    }

    /// How many pieces this try has told; an answer in one piece is one.
    std::size_t look() {
        if (kind_ == HttpAnswer::whole) return pieces_ = answer_.done() ? 1 : 0;
        constexpr std::string_view kDelta = "event: delta\n";
        for (auto at = answer_.body().find(kDelta, searched_); at != std::string::npos; at = answer_.body().find(kDelta, searched_)) {
            ++pieces_;
            searched_ = at + kDelta.size();
        }
        return pieces_;
    }

    WeakUser user_;
    HttpAnswer kind_;
    WeakTally& tally_;
    Line line_;
    AnswerReader answer_;
    std::size_t searched_{0}, pieces_{0};
};
}  // namespace

asio::awaitable<Status> talk_pb(WeakUser user, TimePoint until, WeakTally& tally) {
    PbTalk talk{std::move(user), tally, co_await asio::this_coro::executor};
    co_return co_await talk.run(until);
}

asio::awaitable<Status> talk_http(WeakUser user, HttpAnswer kind, TimePoint until, WeakTally& tally) {
    HttpTalk talk{std::move(user), kind, tally, co_await asio::this_coro::executor};
    co_return co_await talk.run(until);
}
}  // namespace rondo::bench
