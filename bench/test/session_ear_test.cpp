#include "session_ear.hpp"

#include <gtest/gtest.h>

namespace rondo::bench {
namespace {
using Heard = SessionEar::Heard;

v1::Frame event(std::uint32_t epoch, std::uint32_t seq) {
    v1::Frame frame;
    frame.set_epoch(epoch);
    frame.set_seq(seq);
    return frame;
}
std::string welcome(std::uint32_t epoch, std::uint32_t seq) {
    v1::Frame frame;
    frame.mutable_welcome()->set_epoch(epoch);
    frame.mutable_welcome()->set_last_seq(seq);
    return frame.SerializeAsString();
}
std::string accepted(std::uint32_t epoch, std::uint32_t seq, std::uint32_t turn) {
    v1::Frame frame = event(epoch, seq);
    frame.mutable_accepted()->set_turn_number(turn);
    frame.mutable_accepted()->set_message_id("m-1");
    return frame.SerializeAsString();
}
std::string restarted(std::uint32_t epoch, std::uint32_t seq, std::uint32_t turn) {
    v1::Frame frame = event(epoch, seq);
    frame.mutable_restarted()->set_turn_number(turn);
    return frame.SerializeAsString();
}
std::string delta(std::uint32_t epoch, std::uint32_t seq, const char* text) {
    v1::Frame frame = event(epoch, seq);
    frame.mutable_delta()->set_text(text);
    return frame.SerializeAsString();
}
std::string completed(std::uint32_t epoch, std::uint32_t seq, std::uint32_t turn, std::uint32_t bytes) {
    v1::Frame frame = event(epoch, seq);
    frame.mutable_completed()->set_turn_number(turn);
    frame.mutable_completed()->set_answer_bytes(bytes);
    return frame.SerializeAsString();
}

TEST(SessionEar, GoesOnWhereItBrokeOff) {
    SessionEar ear{"s-1"};
    EXPECT_EQ(ear.target(), "/api/v1/ws?session=s-1");
    ASSERT_TRUE(ear.hear(welcome(3, 7)));
    EXPECT_EQ(ear.target(), "/api/v1/ws?session=s-1&after=3.7");
    EXPECT_EQ(ear.hear(accepted(3, 8, 1)), Heard::nothing);
    EXPECT_TRUE(ear.accepted("m-1"));
    EXPECT_FALSE(ear.accepted("m-2"));
    EXPECT_EQ(ear.hear(delta(0, 12, "你")), Heard::text) << "deltas that travel together leave places out";
    EXPECT_TRUE(ear.in_an_answer());
    EXPECT_EQ(ear.target(), "/api/v1/ws?session=s-1&after=3.12");
    ASSERT_TRUE(ear.hear(welcome(3, 12))) << "another connection";
    EXPECT_EQ(ear.hear(delta(3, 13, "好")), Heard::text);
    EXPECT_EQ(ear.hear(completed(0, 14, 1, 6)), Heard::end);
    EXPECT_FALSE(ear.in_an_answer());
    ASSERT_EQ(ear.turns().size(), 1U);
    EXPECT_EQ(ear.turns()[0].text, "你好");
    EXPECT_EQ(ear.turns()[0].answer_bytes, 6U);
    EXPECT_EQ(ear.duplicates(), 0);
}

TEST(SessionEar, CountsWhatIsToldTwiceAndDropsIt) {
    SessionEar ear{"s"};
    for (const auto& frame : {accepted(1, 1, 1), delta(1, 2, "a"), delta(1, 2, "a"), delta(1, 1, "b"), delta(1, 3, "c")}) {
        ASSERT_TRUE(ear.hear(frame));
    }
    EXPECT_EQ(ear.turns()[0].text, "ac");
    EXPECT_EQ(ear.duplicates(), 2);
}

TEST(SessionEar, ATurnThatIsToldAnewLosesWhatWasToldOfIt) {
    SessionEar ear{"s"};
    for (const auto& frame : {accepted(1, 1, 1), delta(1, 2, "half"), restarted(2, 1, 1), delta(2, 2, "whole"), completed(2, 3, 1, 5)}) {
        ASSERT_TRUE(ear.hear(frame));
    }
    ASSERT_EQ(ear.turns().size(), 1U);
    EXPECT_EQ(ear.turns()[0].text, "whole");
    EXPECT_EQ(ear.duplicates(), 0) << "places begin anew in each epoch";
}

TEST(SessionEar, WhatCannotBeIsAnError) {
    v1::Frame refused;
    refused.mutable_refused()->mutable_error()->set_code("BUSY");
    struct Row {
        const char* claim;
        std::string frame;
        Code code;
    };
    for (const auto& [claim, frame, code] :
         {Row{"no frame", "\xff", Code::data_loss}, Row{"a command is refused", refused.SerializeAsString(), Code::internal},
          Row{"a piece of an answer to nothing", delta(1, 1, "x"), Code::internal},
          Row{"the end of a turn that never began", completed(1, 1, 1, 0), Code::internal}}) {
        SessionEar ear{"s"};
        const auto heard = ear.hear(frame);
        ASSERT_FALSE(heard) << claim;
        EXPECT_EQ(heard.error().code, code) << claim;
    }
}
}  // namespace
}  // namespace rondo::bench
