#include "outbound_fixture.hpp"

namespace rondo::net {
namespace {
struct Row {
    const char* claim;
    std::string host;                ///< what we ask for
    std::vector<std::string> names;  ///< what the server is certified for
    const char* last_day;
    bool trusted;                    ///< its authority is one of ours
    std::string shown;
    std::string said{};              ///< what the message must hold
};

class ServerCertificate : public OutboundTest, public testing::WithParamInterface<Row> {};
TEST_P(ServerCertificate, MustBeForTheHostAndByAnAuthority) {
    const Row& row = GetParam();
    const Identity identity = certificates().authority.issue(row.names, row.last_day);
    std::string asked_for;
    int requests = 0;
    ScriptedPeer peer{context,
                      [&](PeerConnection& connection) -> asio::awaitable<void> {
                          asked_for = connection.server_name();
                          const auto head = co_await connection.read_head();
                          if (head.empty()) co_return;
                          ++requests;
                          co_await connection.send(kFine);
                      },
                      &identity};
    auto config = to(peer, true);
    config.endpoint.host = row.host;
    if (!row.trusted) {
        auto nobody = TlsContext::make();
        ASSERT_TRUE(nobody);
        config.tls = *nobody;
    }
    Outbound outbound{context, config};
    std::string message;
    std::string result;
    run([](Outbound& to_server, std::string& shown_result, std::string& text) -> asio::awaitable<void> {
        auto stream = co_await to_server.open({.headers = {{"Authorization", "Bearer secret"}}}, in_time());
        shown_result = stream ? "200" : shown(stream.error());
        if (!stream) text = stream.error().message;
    }(outbound, result, message));
    EXPECT_EQ(result, row.shown) << row.claim << ": " << message;
    EXPECT_NE(message.find(row.said), std::string::npos) << message;
    EXPECT_EQ(requests, result == "200" ? 1 : 0) << "a key is told to nobody but the host";
    if (row.shown == "200") EXPECT_EQ(asked_for, row.host == "localhost" ? "localhost" : "") << "addresses are no server names";
    EXPECT_EQ(outbound.stats().failed, result == "200" ? 0U : 1U);
}
constexpr auto kLater = "20990101000000Z";
INSTANTIATE_TEST_SUITE_P(Tls, ServerCertificate, testing::Values(
    Row{"its name",                      "localhost", {"DNS:localhost"},                     kLater,            true,  "200"},
    Row{"its address",                   "127.0.0.1", {"IP:127.0.0.1"},                      kLater,            true,  "200"},
    Row{"one of several names",          "localhost", {"DNS:elsewhere.test", "DNS:localhost"}, kLater,          true,  "200"},
    Row{"another name",                  "localhost", {"DNS:elsewhere.test"},                kLater,            true,  "unavailable TLS_FAILED", "hostname mismatch"},
    Row{"another address",               "127.0.0.1", {"IP:127.0.0.2", "DNS:localhost"},     kLater,            true,  "unavailable TLS_FAILED", "IP address mismatch"},
    Row{"part of a name",                "localhost", {"DNS:local*"},                        kLater,            true,  "unavailable TLS_FAILED", "hostname mismatch"},
    Row{"too old",                       "localhost", {"DNS:localhost"},                     "20010101000000Z", true,  "unavailable TLS_FAILED", "expired"},
    Row{"an authority nobody knows",     "localhost", {"DNS:localhost"},                     kLater,            false, "unavailable TLS_FAILED", "certificate"}));

TEST_F(OutboundTest, AServerInTheClearIsNoTlsServer) {
    ScriptedPeer peer{context, [](PeerConnection& connection) -> asio::awaitable<void> {
                          co_await connection.read_bytes(1);
                          co_await connection.send("HTTP/1.1 400 What\r\nContent-Length: 0\r\n\r\n");
                          co_await connection.read_to_end();
                      }};
    Outbound outbound{context, to(peer, true)};
    EXPECT_EQ(fetched(outbound), "unavailable TLS_FAILED");
    run_until([&] { return peer.ended() == 1; });
}

TEST_F(OutboundTest, ASilentHandshakeEndsWithTheConnectTimeOut) {
    ScriptedPeer peer{context, [](PeerConnection& connection) -> asio::awaitable<void> { co_await connection.read_to_end(); }};
    auto config = to(peer, true);
    config.connect_timeout = 30ms;
    Outbound outbound{context, config};
    EXPECT_EQ(fetched(outbound), "unavailable CONNECT_TIMEOUT");
    run_until([&] { return peer.ended() == 1; });

    config.connect_timeout = 20s;
    Outbound patient{context, config};
    EXPECT_EQ(fetched(patient, {}, CallContext{}.within(30ms)), "deadline_exceeded") << "the caller's deadline is nearer";
    Fetch fetch{*this, patient};
    run_until([&] { return peer.accepted() == 3; });
    fetch.cancel();
    run_until([&] { return fetch.done() && peer.ended() == 3; });
    EXPECT_EQ(fetch.result(), "cancelled");
    EXPECT_EQ(patient.stats().open, 0U);
}

TEST_F(OutboundTest, ACaFileMustHoldCertificates) {
    const support::TempFolder folder;
    const auto path = (folder.path() / "ca.pem").string();
    const auto missing = TlsContext::make(path);
    EXPECT_FALSE(missing);
    std::ofstream{path} << "nothing of the kind\n";
    const auto empty = TlsContext::make(path);
    ASSERT_FALSE(empty);
    EXPECT_EQ(empty.error().code, Code::invalid_argument);
    EXPECT_NE(empty.error().message.find(path), std::string::npos);
}
}  // namespace
}  // namespace rondo::net
