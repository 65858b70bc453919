#include "wire.hpp"

#include <gtest/gtest.h>

#include <fmt/format.h>

namespace rondo::mock {
namespace {
TEST(Attempts, TellWhatACallerDid) {
    ProviderTest provider;
    Wire wire{provider->port()};
    wire.send(post("/v1/chat/completions", R"({"model":"stall@2","stream":true,"messages":[{"role":"user","content":"hi"}]})",
                   "User-Agent: test/1\r\nAuthorization: Bearer very-secret\r\ntraceparent: 00-aa-bb-01\r\nX-Other: no\r\n"));
    const auto heard = wire.read_to(" said");
    ASSERT_TRUE(heard.contains(" said"));
    const auto before_leaving = Clock::now();
    wire.close();
    const Attempt attempt = provider.ended(1).front();
    EXPECT_EQ(attempt.number, 1U);
    EXPECT_EQ(attempt.asked->api, "openai.chat");
    EXPECT_EQ(attempt.asked->model, "stall@2");
    EXPECT_EQ(attempt.asked->fault, "stall");
    EXPECT_TRUE(attempt.asked->stream);
    EXPECT_EQ(attempt.status, 200);
    EXPECT_EQ(attempt.tokens, 2U);
    EXPECT_TRUE(attempt.left_early);
    EXPECT_GE(attempt.end, before_leaving) << "the moment the departure was seen";
    EXPECT_EQ(attempt.tokens_after(before_leaving), 0U);
    EXPECT_EQ(attempt.bytes_after(before_leaving), 0U);
    ASSERT_EQ(attempt.headers.size(), 3U);
    EXPECT_EQ(attempt.headers[1].value, "present") << "a key is never kept";
}

TEST(Attempts, NothingIsWrittenToACallerWhoLeftAPacedStream) {
    ProviderTest provider{{.tokens = 100'000, .pace = 1ms}};
    Wire wire{provider->port()};
    wire.send(messages("ok", true));
    static_cast<void>(wire.read_to("You"));
    wire.close();
    const auto left = Clock::now();
    const Attempt attempt = provider.ended(1).front();
    EXPECT_TRUE(attempt.left_early);
    EXPECT_LT(attempt.tokens, 100'000U);
    EXPECT_EQ(attempt.tokens_after(left), 0U);
    EXPECT_EQ(attempt.bytes_after(left), 0U);
}

TEST(Attempts, AWholeAnswerIsNotLeftEarly) {
    ProviderTest provider;
    Wire wire{provider->port()};
    wire.send(chat("ok", false));
    const auto answer = wire.read_to("fp_rondo_mock\"}");
    const Attempt attempt = provider.ended(1).front();
    EXPECT_FALSE(attempt.left_early);
    EXPECT_EQ(attempt.bytes, answer.size());
    EXPECT_EQ(attempt.tokens, 4U);
    EXPECT_FALSE(attempt.tls);
}

TEST(Attempts, KnowWhichConnectionCarriedThem) {
    ProviderTest provider;
    Wire one{provider->port()};
    Wire other{provider->port()};
    for (Wire* wire : {&one, &one, &other}) {
        wire->send(chat("ok", false));
        static_cast<void>(wire->read_to("fp_rondo_mock\"}"));
    }
    const auto attempts = provider.ended(3);
    EXPECT_EQ(attempts[0].connection, attempts[1].connection);
    EXPECT_NE(attempts[0].connection, attempts[2].connection);
}

TEST(Attempts, AreToldAndForgottenOverHttp) {
    ProviderTest provider;
    Wire wire{provider->port()};
    wire.send(chat("unavailable", true));
    static_cast<void>(wire.read_to("null}}"));
    static_cast<void>(provider.ended(1));
    wire.send("GET /attempts HTTP/1.1\r\nHost: mock\r\n\r\n");
    const auto told = wire.read_to("\"dropped\":0,\"now_us\":");
    EXPECT_TRUE(told.contains(R"({"attempts":[{"number":1,"at_us":)")) << told;
    EXPECT_TRUE(
        told.contains(R"("api":"openai.chat","model":"unavailable","fault":"unavailable","stream":true,"continued":false,"status":503,)"
                      R"("ended":true,)"))
        << told;
    wire.send("DELETE /attempts HTTP/1.1\r\nHost: mock\r\n\r\n");
    EXPECT_TRUE(wire.read_to("{}").contains("HTTP/1.1 200"));
    EXPECT_TRUE(provider->attempts().empty());
    wire.send(chat("ok", false));
    static_cast<void>(wire.read_to("fp_rondo_mock\"}"));
    EXPECT_EQ(provider.ended(1).front().number, 1U) << "numbers begin anew";
}

TEST(Attempts, KeepTheirLastWrites) {
    AttemptLog log;
    const auto ticket = log.begin({.asked = std::make_shared<const Asked>(), .headers = {}});
    const auto before = Clock::now() - 1ns;
    for (int i = 0; i < 40; ++i) log.wrote(ticket, {Clock::now(), 100, 1});
    const Attempt attempt = log.snapshot().front();
    EXPECT_EQ(attempt.tokens, 40U);
    EXPECT_EQ(attempt.writes.size(), 32U);
    EXPECT_EQ(attempt.tokens_after(before), 32U);
    EXPECT_EQ(attempt.bytes_after(before), 3200U);
    EXPECT_EQ(attempt.tokens_after(attempt.writes.back().at), 0U);
}

TEST(Attempts, AreBounded) {
    AttemptLog log;
    const auto asked = std::make_shared<const Asked>();
    const auto first = log.begin({.asked = asked, .headers = {}});
    for (int i = 0; i < 10'004; ++i) static_cast<void>(log.begin({.asked = asked, .headers = {}}));
    const auto kept = log.snapshot();
    EXPECT_EQ(kept.size(), 10'000U);
    EXPECT_EQ(kept.front().number, 6U);
    EXPECT_EQ(log.dropped(), 5U);
    log.wrote(first, {Clock::now(), 1, 1});  // forgotten: nothing to change
    EXPECT_EQ(log.snapshot().front().bytes, 0U);
}

TEST(Provider, FollowsNobodyButSeesWhoFollows) {
    ProviderTest provider;
    Wire wire{provider->port()};
    wire.send(post("/redirected/v1/chat/completions", R"({"model":"redirect","messages":[{"role":"user","content":"hi"}]})"));
    EXPECT_TRUE(wire.read_to("fp_rondo_mock\"}").contains("You said: hi"));
    EXPECT_EQ(provider.ended(1).front().asked->fault, "redirected");
}

TEST(Provider, AnswersRequestsThatCameTogetherInOrder) {
    ProviderTest provider;
    Wire wire{provider->port()};
    wire.send(chat("ok", false, "one") + chat("ok", false, "two"));
    EXPECT_TRUE(wire.read_to("fp_rondo_mock\"}").contains("one"));
    EXPECT_TRUE(wire.read_to("fp_rondo_mock\"}").contains("two"));
}

TEST(Provider, TakesLongBodiesOnInvitation) {
    ProviderTest provider;
    Wire wire{provider->port()};
    const std::string body = R"({"model":"ok","messages":[{"role":"user","content":")" + std::string(3U << 20U, 'a') + R"("}]})";
    wire.send(
        fmt::format("POST /v1/chat/completions HTTP/1.1\r\nHost: mock\r\nExpect: 100-continue\r\nContent-Length: {}\r\n\r\n", body.size()));
    EXPECT_EQ(wire.read_to("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    wire.send(body);
    EXPECT_TRUE(wire.read_to("\r\n").starts_with("HTTP/1.1 200"));
}

TEST(Provider, RefusesWhatIsNoHttp) {
    ProviderTest provider;
    Wire wire{provider->port()};
    wire.send("\x16\x03\x01 hello");
    EXPECT_TRUE(wire.read_to("}}").starts_with("HTTP/1.1 400"));
    EXPECT_NE(wire.ending(), Ending::open);
}

TEST(Provider, StopsWhateverItPromised) {
    ProviderTest provider;
    Wire wire{provider->port()};
    wire.send(chat("hang", true));
    EXPECT_TRUE(provider->wait_for([](const auto& attempts) { return attempts.size() == 1; }, kPatience));
    provider->stop();
    EXPECT_NE(wire.ending(), Ending::open);
}

TEST(Provider, ServesOnSeveralLoops) {
    ProviderTest provider{{.tokens = 4, .threads = 3}};
    for (int i = 0; i < 9; ++i) {
        Wire wire{provider->port()};
        wire.send(chat("ok", false, std::string(static_cast<std::size_t>(i) + 1, 'a')));
        EXPECT_TRUE(wire.read_to("fp_rondo_mock\"}").contains("You said: a"));
    }
    EXPECT_EQ(provider.ended(9).size(), 9U);
}
}  // namespace
}  // namespace rondo::mock
