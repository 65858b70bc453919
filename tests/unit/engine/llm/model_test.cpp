#include "engine/llm/model.hpp"

#include <gtest/gtest.h>

namespace rondo::llm {
namespace {
struct Row {
    const char* claim;
    Message::Role role;
    const char* spelled;
};

class Roles : public testing::TestWithParam<Row> {};
TEST_P(Roles, AreSpelledAsOnTheWire) { EXPECT_EQ(name(GetParam().role), GetParam().spelled) << GetParam().claim; }

INSTANTIATE_TEST_SUITE_P(Llm, Roles, testing::Values(
    Row{"instructions come from the system",  Message::Role::system,    "system"},
    Row{"questions come from the user",       Message::Role::user,      "user"},
    Row{"answers come from the assistant",    Message::Role::assistant, "assistant"}));

TEST(Message, IsTheUsersUnlessSaidOtherwise) { EXPECT_EQ(name(Message{}.role), "user"); }
}  // namespace
}  // namespace rondo::llm
