#include "edge/mock/plan.hpp"

#include "edge/mock/gzip.hpp"

#include <gtest/gtest.h>

#include <string>

namespace rondo::mock {
namespace {
using namespace std::chrono_literals;

Reply streamed() {
    return {.content_type = "text/event-stream",
            .frames = {{"a\n\n", 0}, {"你\n\n", 1}, {"c\n\n", 1}, {"d\n\n", 0}},
            .stream = true,
            .trouble = "e\n\n"};
}
Reply whole() { return {.frames = {{"0123456789", 4}}}; }

std::string bytes_of(const Plan& plan) {
    std::string bytes;
    for (const Piece& piece : plan.pieces) bytes += piece.bytes;
    return bytes;
}
int tokens_of(const Plan& plan) {
    int tokens = 0;
    for (const Piece& piece : plan.pieces) tokens += piece.tokens;
    return tokens;
}
std::string body_of(const Plan& plan) {
    const std::string bytes = bytes_of(plan);
    return bytes.substr(bytes.find("\r\n\r\n") + 4);
}

TEST(Plan, WithoutAPaceLeavesInOneWrite) {
    const Plan plan = plan_of(streamed(), {}, {});
    ASSERT_EQ(plan.pieces.size(), 1U);
    EXPECT_EQ(plan.pieces[0].tokens, 2);
    EXPECT_EQ(plan.end, Plan::End::keep);
}

TEST(Plan, KeepsThePaceBetweenTokens) {
    const Plan plan = plan_of(streamed(), {}, 20ms);
    ASSERT_EQ(plan.pieces.size(), 2U);
    EXPECT_EQ(plan.pieces[0].pause, 0ms) << "the first token comes with the head";
    EXPECT_EQ(plan.pieces[0].tokens, 1);
    EXPECT_EQ(plan.pieces[1].pause, 20ms);
    EXPECT_EQ(plan.pieces[1].bytes, "3\r\nc\n\n\r\n3\r\nd\n\n\r\n0\r\n\r\n") << "what tells no token needs no pause";
    EXPECT_EQ(plan_of(streamed(), {Fault::pace, 7}, 20ms).pieces[1].pause, 7ms) << "the request's own pace wins";
}

TEST(Plan, SlowFirstTokenShowsTheHeadAtOnce) {
    const Plan plan = plan_of(streamed(), {Fault::slow_first_token, 300}, {});
    ASSERT_EQ(plan.pieces.size(), 2U);
    EXPECT_TRUE(plan.pieces[0].bytes.ends_with("\r\n\r\n"));
    EXPECT_EQ(plan.pieces[1].pause, 300ms);
}

TEST(Plan, SlowBodyIsAByteAtATime) {
    const Plan plan = plan_of(whole(), {Fault::slow_body, 3}, {});
    ASSERT_EQ(plan.pieces.size(), 11U);
    for (std::size_t i = 1; i < plan.pieces.size(); ++i) {
        EXPECT_EQ(plan.pieces[i].bytes, std::string(1, static_cast<char>('0' + i - 1)));
        EXPECT_EQ(plan.pieces[i].pause, 3ms);
    }
    EXPECT_EQ(tokens_of(plan), 4);
}

TEST(Plan, SplitUtf8CutsInsideACharacter) {
    const Plan plan = plan_of(streamed(), {Fault::split_utf8, 0}, {});
    bool inside = false;
    for (const Piece& piece : plan.pieces) inside = inside || piece.bytes.ends_with("\xe4");
    EXPECT_TRUE(inside);
    EXPECT_EQ(bytes_of(plan), bytes_of(plan_of(streamed(), {}, {}))) << "the same bytes, cut elsewhere";
}

struct Row {
    const char* claim;
    Chosen chosen;
    const char* body;
    Plan::End end;
    int tokens;
};

class WholeBody : public testing::TestWithParam<Row> {};
TEST_P(WholeBody, BreaksToo) {
    const Plan plan = plan_of(whole(), GetParam().chosen, {});
    EXPECT_EQ(body_of(plan), GetParam().body) << GetParam().claim;
    EXPECT_EQ(plan.end, GetParam().end) << GetParam().claim;
    EXPECT_EQ(tokens_of(plan), GetParam().tokens) << GetParam().claim;
    EXPECT_EQ(bytes_of(plan).contains("content-length: 10\r\n"), GetParam().chosen.fault != Fault::cut_clean &&
                                                                     GetParam().chosen.fault != Fault::malformed_chunk &&
                                                                     GetParam().chosen.fault != Fault::empty_body)
        << GetParam().claim;
}

INSTANTIATE_TEST_SUITE_P(Mock, WholeBody, testing::Values(
    Row{"ok is whole",                              {Fault::ok, 0},               "0123456789", Plan::End::keep, 4},
    Row{"a stall keeps back half of what it announced", {Fault::stall, 1},        "01234",      Plan::End::silence, 2},
    Row{"a cut ends before what it announced",      {Fault::cut, 1},              "01234",      Plan::End::close, 2},
    Row{"a reset does, too",                        {Fault::reset_mid_stream, 1}, "01234",      Plan::End::reset, 2},
    Row{"a clean cut is a whole body by HTTP",      {Fault::cut_clean, 1},        "5\r\n01234\r\n0\r\n\r\n", Plan::End::keep, 2},
    Row{"malformed is half of the JSON, announced as such", {Fault::malformed_chunk, 1}, "01234", Plan::End::keep, 4},
    Row{"an empty body is announced as empty",      {Fault::empty_body, 0},       "",           Plan::End::keep, 0},
    Row{"faults of streams leave it alone",         {Fault::early_done, 1},       "0123456789", Plan::End::keep, 4},
    Row{"reset after head: nothing of the body",    {Fault::reset_after_head, 0}, "",           Plan::End::reset, 0},
    Row{"close after a whole answer",               {Fault::close_after, 0},      "0123456789", Plan::End::close, 4}));

TEST(Plan, NothingAtAllHasNoStatus) {
    for (const Fault fault : {Fault::hang, Fault::reset_before_head}) {
        const Plan plan = plan_of(whole(), {fault, 0}, {});
        EXPECT_EQ(plan.status, 0);
        EXPECT_TRUE(plan.pieces.empty());
    }
}

/// Reads stored blocks: what `gzip` writes, and any other reader of RFC 1952 reads alike.
std::string unpack(std::string_view packed) {
    std::string plain;
    EXPECT_TRUE(packed.starts_with("\x1f\x8b\x08"));
    const auto at = [packed](std::size_t i) { return static_cast<unsigned char>(packed[i]); };
    std::size_t block = 10;
    for (bool last = false; !last;) {
        last = at(block) == 1;
        const std::size_t size = at(block + 1) + 256U * at(block + 2);
        EXPECT_EQ((at(block + 1) ^ at(block + 3)) & 255, 255);
        plain += packed.substr(block + 5, size);
        block += 5 + size;
    }
    EXPECT_EQ(packed.size(), block + 8);
    return plain;
}

TEST(Gzip, CanBeUnpacked) {
    for (const std::size_t size : {0U, 1U, 65'535U, 65'536U, 200'000U}) {
        std::string plain(size, 'x');
        for (std::size_t i = 0; i < size; i += 7) plain[i] = static_cast<char>(i);
        EXPECT_EQ(unpack(gzip(plain)), plain) << size;
    }
    const std::string known{
        "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff\x01\x09\x00\xf6\xff"
        "123456789"
        "\x26\x39\xf4\xcb\x09\x00\x00\x00",
        32};
    EXPECT_EQ(gzip("123456789"), known) << "with the check value of CRC-32";
}
}  // namespace
}  // namespace rondo::mock
