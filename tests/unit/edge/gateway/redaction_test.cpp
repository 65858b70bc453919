#include "edge/gateway/codec.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace rondo::gateway {
namespace {
TEST(Redaction, KeepsShapesAndNumbersAndNoText) {
    auto items = boost::json::parse(R"([
        {"turn_number":1,"parent_turn":0,"siblings":[1],"role":"user","text":"SECRET","message_id":"SECRET","created_at":"t"},
        {"turn_number":1,"role":"npc","text":"SECRET","status":"completed","usage":{"total_tokens":7},"rating":5,
         "coach_advice":{"text":"SECRET"},"compliance":{"findings":["SECRET"]},"something_new":"SECRET"}])")
                     .as_array();
    redact_messages(items);
    const auto text = boost::json::serialize(items);
    EXPECT_EQ(text.find("SECRET"), std::string::npos) << text;
    EXPECT_EQ(items[0].at("text"), "[REDACTED]");
    EXPECT_EQ(items[1].at("usage").at("total_tokens"), 7);
    EXPECT_EQ(items[1].at("rating"), 5);
    auto session =
        boost::json::parse(R"({"session_id":"s","title":"SECRET","persona":{"name":"SECRET","role":"SECRET"},"turns":3})").as_object();
    redact_session(session);
    EXPECT_EQ(boost::json::serialize(session).find("SECRET"), std::string::npos);
    EXPECT_EQ(session.at("turns"), 3);
}

TEST(UsedTokens, AreThoseOfTheResultOrNone) {
    EXPECT_EQ(used_tokens(R"({"usage":{"total_tokens":105}})"), 105);
    for (const char* none : {"", "{}", R"({"usage":7})", R"({"usage":{"total_tokens":"7"}})", "[1]"})
        EXPECT_EQ(used_tokens(none), 0) << none;
}
}  // namespace
}  // namespace rondo::gateway
