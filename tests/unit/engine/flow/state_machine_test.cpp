#include "engine/flow/state_machine.hpp"

#include <gtest/gtest.h>

namespace rondo::flow {
namespace {
StateMachine::Definition sales() {
    return {.states = {"opening", "negotiation", "closed"},
            .initial = "opening",
            .transitions = {{"opening", "price_inquiry", "negotiation"},
                            {"negotiation", "agreement", "closed"},
                            {"*", "goodbye", "closed"},
                            {"*", "complaint", "opening"},
                            {"negotiation", "complaint", "negotiation"}},
            .terminal = {"closed"}};
}

struct MoveRow {
    const char* claim;
    const char* from;
    const char* event;
    const char* to;
};

class Moves : public testing::TestWithParam<MoveRow> {};
TEST_P(Moves, FollowTheTransitions) {
    const auto machine = StateMachine::make(sales());
    ASSERT_TRUE(machine);
    EXPECT_EQ(machine->next(GetParam().from, GetParam().event), GetParam().to) << GetParam().claim;
}

INSTANTIATE_TEST_SUITE_P(Flow, Moves, testing::Values(
    MoveRow{"an event moves on",                         "opening",     "price_inquiry", "negotiation"},
    MoveRow{"an event of another state changes nothing", "opening",     "agreement",     "opening"},
    MoveRow{"an unknown event changes nothing",          "opening",     "weather",       "opening"},
    MoveRow{"any state may say goodbye",                 "opening",     "goodbye",       "closed"},
    MoveRow{"the wildcard holds where nothing else does", "opening",    "complaint",     "opening"},
    MoveRow{"a specific state beats the wildcard",       "negotiation", "complaint",     "negotiation"},
    MoveRow{"nothing leaves a terminal state",           "closed",      "complaint",     "closed"},
    MoveRow{"an unknown state hears the wildcard",       "forgotten",   "goodbye",       "closed"},
    MoveRow{"an unknown state is kept otherwise",        "forgotten",   "agreement",     "forgotten"}));

TEST(StateMachine, KnowsItsStates) {
    const auto machine = StateMachine::make(sales());
    ASSERT_TRUE(machine);
    EXPECT_EQ(machine->initial(), "opening");
    EXPECT_EQ(machine->states().size(), 3U);
    EXPECT_TRUE(machine->has("negotiation"));
    EXPECT_FALSE(machine->has("*"));
    EXPECT_TRUE(machine->terminal("closed"));
    EXPECT_FALSE(machine->terminal("opening"));
}

struct FaultRow {
    const char* claim;
    StateMachine::Definition definition;
    const char* faults;
};

class MachineFaults : public testing::TestWithParam<FaultRow> {};
TEST_P(MachineFaults, AreAllNamed) {
    const auto machine = StateMachine::make(GetParam().definition);
    ASSERT_FALSE(machine) << GetParam().claim;
    EXPECT_EQ(machine.error().code, Code::invalid_argument);
    std::string text;
    for (const Fault& fault : machine.error().faults) text += fault.path + " " + fault.message + "\n";
    EXPECT_EQ(text, GetParam().faults) << GetParam().claim;
}

INSTANTIATE_TEST_SUITE_P(Flow, MachineFaults, testing::Values(
    FaultRow{"a machine has states", {.states = {}, .initial = "a", .transitions = {}},
             "/states must name at least one state\n/initial 'a' is not a state\n"},
    FaultRow{"states have one proper name each", {.states = {"a", "", "*", "a"}, .initial = "a", .transitions = {{"a", "x", ""}, {"a", "y", "*"}}},
             "/states/1 must be a name, not empty or '*'\n/states/2 must be a name, not empty or '*'\n/states/3 'a' is listed twice\n"},
    FaultRow{"unknown states are named with their neighbour",
             {.states = {"opening", "closing"}, .initial = "openning", .transitions = {{"opening", "x", "closng"}, {"elsewhere", "y", "closing"}}, .terminal = {"closin"}},
             "/initial 'openning' is not a state; did you mean 'opening'?\n"
             "/terminal/0 'closin' is not a state; did you mean 'closing'?\n"
             "/transitions/0/to 'closng' is not a state; did you mean 'closing'?\n"
             "/transitions/1/from 'elsewhere' is not a state\n"},
    FaultRow{"one state and event lead to one place", {.states = {"a", "b"}, .initial = "a", .transitions = {{"a", "x", "b"}, {"a", "x", "a"}}},
             "/transitions/1 'a' already has a transition on 'x'\n"},
    FaultRow{"an event has a name", {.states = {"a"}, .initial = "a", .transitions = {{"a", "", "a"}}},
             "/transitions/0/on must name an event\n"},
    FaultRow{"a state nobody leads to is unreachable", {.states = {"a", "b", "c"}, .initial = "a", .transitions = {{"b", "x", "c"}}},
             "/states/1 'b' cannot be reached from 'a'\n/states/2 'c' cannot be reached from 'a'\n"},
    FaultRow{"the wildcard does not lead out of a terminal state",
             {.states = {"a", "b"}, .initial = "a", .transitions = {{"*", "x", "b"}}, .terminal = {"a"}},
             "/states/1 'b' cannot be reached from 'a'\n"},
    FaultRow{"nothing leaves a terminal state, and it is listed once",
             {.states = {"a", "b"}, .initial = "a", .transitions = {{"a", "x", "b"}, {"b", "x", "a"}}, .terminal = {"b", "b"}},
             "/terminal/1 'b' is listed twice\n/transitions/1/from 'b' is terminal: nothing leaves it\n"}));
}  // namespace
}  // namespace rondo::flow
