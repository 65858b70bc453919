#include "edge/gateway/transcript.hpp"

#include <gtest/gtest.h>

namespace rondo::gateway {
namespace {
using Role = llm::Message::Role;

llm::ModelRequest ask(std::vector<llm::Message> messages) {
    llm::ModelRequest request;
    request.messages = std::move(messages);
    return request;
}
std::string told(const Transcript& transcript) {
    std::string text;
    for (const auto& [user, npc] : transcript.earlier) text += user + ">" + npc + "|";
    return text + transcript.message;
}

struct Row {
    const char* claim;
    std::vector<llm::Message> messages;
    const char* told;
};
class Transcripts : public testing::TestWithParam<Row> {};
TEST_P(Transcripts, BecomePairsAndAMessage) {
    const auto transcript = transcript_of(ask(GetParam().messages));
    ASSERT_TRUE(transcript) << GetParam().claim;
    EXPECT_EQ(told(*transcript), GetParam().told) << GetParam().claim;
}
INSTANTIATE_TEST_SUITE_P(Gateway, Transcripts, testing::Values(
    Row{"a first message",              {{Role::user, "a"}},                                                               "a"},
    Row{"a second one",                 {{Role::user, "a"}, {Role::assistant, "b"}, {Role::user, "c"}},                    "a>b|c"},
    Row{"a greeting comes first",       {{Role::assistant, "g"}, {Role::user, "a"}},                                       ">g|a"},
    Row{"several messages are joined",  {{Role::user, "a"}, {Role::user, "b"}},                                            "a\nb"},
    Row{"several answers too",          {{Role::user, "a"}, {Role::assistant, "b"}, {Role::assistant, "c"}, {Role::user, "d"}}, "a>b\nc|d"},
    Row{"instructions are left out",    {{Role::user, "a"}, {Role::system, "s"}, {Role::assistant, "b"}, {Role::user, "c"}}, "a>b|c"}));

struct Fault {
    const char* claim;
    llm::ModelRequest request;
    const char* place;
};
class TranscriptFaults : public testing::TestWithParam<Fault> {};
TEST_P(TranscriptFaults, AreRefused) {
    const auto transcript = transcript_of(GetParam().request);
    ASSERT_FALSE(transcript) << GetParam().claim;
    EXPECT_EQ(transcript.error().faults.front().path, GetParam().place) << GetParam().claim;
}
llm::ModelRequest with(auto change) {
    auto request = ask({{Role::user, "a"}});
    change(request);
    return request;
}
INSTANTIATE_TEST_SUITE_P(Gateway, TranscriptFaults, testing::Values(
    Fault{"nothing",          ask({}),                                                                             "/messages"},
    Fault{"blanks",           ask({{Role::user, " \n"}}),                                                         "/messages"},
    Fault{"an answer last",   ask({{Role::user, "a"}, {Role::assistant, "b"}}),                                    "/messages"},
    Fault{"a tool's result",  ask({{Role::user, "a"}, {Role::tool, "b"}, {Role::user, "c"}}),                      "/messages"},
    Fault{"a prefill",        with([](auto& request) { request.prefill = "b"; }),                                  "/messages"},
    Fault{"tools",            with([](auto& request) { request.tools = {{"t", "", ""}}; }),                        "/tools"},
    Fault{"a picture",        with([](auto& request) { request.messages[0].parts = "[]"; }),                       "/messages"},
    Fault{"too long",         with([](auto& request) { request.messages[0].text.assign(40'000, 'a'); }),           "/messages"}));

TEST(Places, AreTheSameForTheSameWordsOfTheSameCaller) {
    const Scope ada{TenantId{"acme"}, UserId{"ada"}}, bob{TenantId{"acme"}, UserId{"bob"}}, eve{TenantId{"other"}, UserId{"ada"}};
    const std::vector<turn::SaidBefore> said{{"a", "b"}}, trimmed{{" a", "b\n"}}, split{{"ab", ""}}, longer{{"a", "b"}, {"", ""}};
    EXPECT_EQ(place_name(ada, "s", said), place_name(ada, "s", trimmed));
    EXPECT_NE(place_name(ada, "s", said), place_name(ada, "s", split));
    EXPECT_NE(place_name(ada, "s", said), place_name(ada, "s", longer));
    EXPECT_NE(place_name(ada, "s", said), place_name(ada, "t", said));
    EXPECT_NE(place_name(ada, "s", said), place_name(bob, "s", said));
    EXPECT_NE(place_name(ada, "s", said), place_name(eve, "s", said));
}

TEST(Places, AreReadBack) {
    const auto place = Place::decode(Place{SessionId{"s 1"}, 12}.encode());
    ASSERT_TRUE(place);
    EXPECT_EQ(place->session.value, "s 1");
    EXPECT_EQ(place->turn, 12);
    for (const char* damaged : {"", "12", "x s"}) EXPECT_FALSE(Place::decode(damaged)) << damaged;
}
}  // namespace
}  // namespace rondo::gateway
