#pragma once
#include "base/async/within.hpp"
#include "platform/net/outbound.hpp"
#include "scripted_peer.hpp"
#include "support/temp_folder.hpp"
#include "test_certificates.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <optional>
#include <string>

namespace rondo::net {
using namespace std::chrono_literals;

/// A test authority and who it vouches for; made once, since keys cost time.
struct Certificates {
    Certificates() { std::ofstream{ca_file()} << authority.certificate(); }
    [[nodiscard]] std::string ca_file() const { return (folder.path() / "ca.pem").string(); }

    support::TempFolder folder;
    TestAuthority authority;
    Identity local{authority.issue({"DNS:localhost", "IP:127.0.0.1", "IP:::1"})};
};
inline const Certificates& certificates() {
    static const Certificates made;
    return made;
}

/// Requests to servers of the test's own, all on the test's thread.
class OutboundTest : public testing::Test {
public:  // the coroutines of a test see what the test sees
    /// How long a test waits for something that must happen; reached only when it fails.
    static CallContext in_time() { return CallContext{}.within(20s); }

    static Outbound::Config to(std::uint16_t port, bool tls = false) {
        Outbound::Config config{.endpoint = {.tls = tls, .host = "127.0.0.1", .port = port, .path = {}, .user = {}, .password = {}}};
        if (tls) {
            auto trust = TlsContext::make(certificates().ca_file());
            EXPECT_TRUE(trust);
            config.tls = *trust;
        }
        return config;
    }
    static Outbound::Config to(const ScriptedPeer& peer, bool tls = false) { return to(peer.port(), tls); }

    /// Runs everything until `test` is done.
    void run(asio::awaitable<void> test) {
        bool done = false;
        asio::co_spawn(context, std::move(test), [&](std::exception_ptr thrown) {
            done = true;
            if (thrown) std::rethrow_exception(thrown);
        });
        run_until([&] { return done; });
    }
    template <class Condition>
    void run_until(Condition condition) {
        context.restart();
        while (!condition()) ASSERT_GT(context.run_one(), 0U) << "nothing left that could end the test";
    }

    /// "200 body", or "code REASON" of what went wrong.
    static asio::awaitable<std::string> fetch(Outbound& outbound, ClientRequest request = {}, CallContext ctx = in_time()) {
        auto stream = co_await outbound.open(std::move(request), ctx);
        if (!stream) co_return shown(stream.error());
        const auto body = co_await stream->rest(1U << 20U, ctx);
        if (!body) co_return std::to_string(stream->head().status) + " then " + shown(body.error());
        co_return std::to_string(stream->head().status) + " " + *body;
    }
    /// `fetch` by itself.
    std::string fetched(Outbound& outbound, ClientRequest request = {}, CallContext ctx = in_time()) {
        std::string result;
        run([](Outbound& to, ClientRequest what, CallContext until, std::string& out) -> asio::awaitable<void> {
            out = co_await fetch(to, std::move(what), until);
        }(outbound, std::move(request), ctx, result));
        return result;
    }
    static std::string shown(const Error& error) {
        return std::string{name(error.code)} + (error.reason.empty() ? "" : " " + error.reason);
    }

    /// Answers every request of a connection with the same bytes.
    static ScriptedPeer::Script always(std::string reply) {
        return [reply = std::move(reply)](PeerConnection& connection) -> asio::awaitable<void> {
            for (;;) {
                const auto head = co_await connection.read_head();
                if (head.empty()) co_return;
                co_await connection.send(reply);
            }
        };
    }
    static constexpr auto kFine = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    asio::io_context context{1};
};

/// A fetch that can be cancelled.
class Fetch {
public:
    Fetch(OutboundTest& test, Outbound& outbound, ClientRequest request = {}, CallContext ctx = OutboundTest::in_time()) {
        asio::co_spawn(test.context, OutboundTest::fetch(outbound, std::move(request), ctx),
                       asio::bind_cancellation_slot(cancel_.slot(), [this](std::exception_ptr thrown, std::string result) {
                           EXPECT_FALSE(thrown);
                           result_ = std::move(result);
                       }));
    }
    void cancel() { cancel_.emit(asio::cancellation_type::terminal); }
    [[nodiscard]] bool done() const { return result_.has_value(); }
    [[nodiscard]] const std::string& result() const { return *result_; }

private:
    asio::cancellation_signal cancel_;
    std::optional<std::string> result_;
};
}  // namespace rondo::net
