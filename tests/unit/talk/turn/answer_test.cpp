#include "talk/turn/answer.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace rondo::turn {
namespace {
using namespace std::chrono_literals;
using boost::json::value;

class AnswerTest : public testing::Test {
protected:
    AnswerTest() {
        accepted.number = 3;
        accepted.parent = 2;
        accepted.message_id = "m_1";
        accepted.trace_id = "abc";
        accepted.decision_id = "d_1";
        workflow.name = "tiny";
        workflow.version = "1";
        board.intent = agent::IntentOutcome{"hello", 0.875, true};
        board.knowledge = agent::KnowledgeOutcome{{{"tea#1", "Tea", "Leaves.", 2.5}}};
        board.npc = agent::NpcOutcome{"Good day.", {Tokens{7}, Tokens{3}, {}, {}}, "rehearsal", "stop"};
        board.coach = agent::CoachOutcome{"Ask.", {"ask"}};
        board.compliance = agent::ComplianceOutcome{};
    }
    boost::json::object json() {
        const AnswerFacts facts{.session_id = session,
                                .accepted = accepted,
                                .state = state,
                                .board = board,
                                .error = error,
                                .blocked = blocked,
                                .task_id = pending ? "t_1" : "",
                                .answer = answer,
                                .stage = "finish",
                                .ttft = ttft,
                                .took = 2'500us,
                                .workflow = workflow,
                                .generation = 2,
                                .receipt = receipt};
        return boost::json::parse(answer_json(facts)).as_object();
    }

    std::string session{"s_1"}, answer{"Good \"day\"."};
    TurnAccepted accepted;
    State state{State::completed};
    agent::Board board;
    std::optional<Error> error;
    bool blocked{false}, pending{false};
    std::optional<Clock::duration> ttft{1'250us};
    flow::Workflow workflow;
    ledger::Receipt receipt{.usage = {Tokens{7}, Tokens{3}, {}, {}}, .cost = {}, .model = "rehearsal", .calls = 1};
};

TEST_F(AnswerTest, ACompletedTurnTellsAllOfIt) {
    const auto told = json();
    EXPECT_EQ(told,
              boost::json::parse(R"({"session_id": "s_1", "turn_number": 3, "parent_turn": 2, "message_id": "m_1", "status": "completed",
        "npc_response": "Good \"day\".", "intent": "hello", "confidence": 0.875, "stage": "finish", "ttft_ms": 1.25, "duration_ms": 2.5,
        "coach_advice": {"text": "Ask.", "rules": ["ask"]}, "compliance": {"risk_level": "LOW", "score": 0, "findings": []}, "blocked": false,
        "sources": [{"id": "tea#1", "title": "Tea"}], "usage": {"input_tokens": 7, "output_tokens": 3, "total_tokens": 10},
        "cost": {"micros": 0, "currency": "USD"}, "model": "rehearsal", "answered_by": null, "decision_id": "d_1", "bandit_decision": null, "trace_id": "abc",
        "workflow": {"name": "tiny", "version": "1", "generation": 2}})")
                  .as_object());
}

TEST_F(AnswerTest, AProvidersAnswerTellsHowItCameAbout) {
    board.npc->rung = "target";
    board.npc->target = "spare";
    board.npc->attempts = 2;
    EXPECT_EQ(json().at("answered_by"), (value{{"target", "spare"}, {"rung", "target"}, {"attempts", 2}}));
    *board.npc = {.text = "Sorry.", .usage = {}, .model = "", .finish_reason = "stop", .rung = "apology", .attempts = 3};
    EXPECT_EQ(json().at("answered_by"), (value{{"target", nullptr}, {"rung", "apology"}, {"attempts", 3}}));
    EXPECT_EQ(json().at("model"), value(nullptr)) << "no model said that";
}

TEST_F(AnswerTest, WhatNoNodeFoundIsNull) {
    board = {};
    ttft.reset();
    const auto told = json();
    for (const char* key : {"intent", "confidence", "ttft_ms", "coach_advice", "compliance", "model", "answered_by"})
        EXPECT_TRUE(told.at(key).is_null()) << key;
    EXPECT_TRUE(told.at("sources").as_array().empty());
}

TEST_F(AnswerTest, OwedAdviceIsPending) {
    pending = true;
    EXPECT_EQ(json().at("coach_advice"), value("pending"));
    EXPECT_EQ(json().at("task_id"), value("t_1"));
}

TEST_F(AnswerTest, OnlyAFailedTurnTellsItsError) {
    error = Error{Code::unavailable, "the model is down"};
    EXPECT_FALSE(json().contains("error")) << "completed";
    state = State::stopped;
    EXPECT_FALSE(json().contains("error")) << "stopped";
    EXPECT_EQ(json().at("status"), value("stopped"));
    state = State::failed;
    EXPECT_EQ(json().at("error"), (value{{"code", "unavailable"}, {"message", "the model is down"}}));
    error->reason = "CIRCUIT_BREAKER_OPEN";
    error->retry_after = 1'500ms;
    error->details = R"({"used":1.5})";
    EXPECT_EQ(json().at("error"), (value{{"code", "unavailable"},
                                         {"message", "the model is down"},
                                         {"reason", "CIRCUIT_BREAKER_OPEN"},
                                         {"retry_after_ms", 1'500},
                                         {"details", R"({"used":1.5})"}}));
}

TEST_F(AnswerTest, AnAnswerThatBrokeOffCostsWhatWasSpent) {
    board.npc.reset();
    receipt.usage = {Tokens{8}, Tokens{2}, Tokens{2}, Tokens{1}};
    EXPECT_EQ(json().at("usage").at("input_tokens"), value(11)) << "cached ones are input, too";
    EXPECT_EQ(json().at("usage").at("total_tokens"), value(13));
}

TEST_F(AnswerTest, TheCostIsWhatWasSettled) {
    receipt.cost = Money{66};
    EXPECT_EQ(json().at("cost").at("micros"), value(66));
}

TEST_F(AnswerTest, TheStaticRouteIsADecisionWithCertainty) {
    workflow.enable_bandit = true;
    EXPECT_EQ(json().at("bandit_decision").at("chosen"), value("knowledge"));
    EXPECT_EQ(json().at("bandit_decision").at("decision_id"), value("d_1"));
    board.intent->wants_knowledge = false;
    EXPECT_EQ(json().at("bandit_decision").at("chosen"), value("npc"));
}
}  // namespace
}  // namespace rondo::turn
