// Connections that break at seeded bytes, in the middle of frames and between them: what a client has heard in the end is what the
// server has on record, byte for byte, and nothing came twice.
#include "base/rng.hpp"
#include "cut_turn.hpp"
#include "session_ear.hpp"
#include "support/scripted.hpp"
#include "support/server_test.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace rondo::fault {
namespace {
constexpr std::size_t kCuts = 200, kTurnsOfASession = 5;

struct Row {
    const char* claim;
    const char* delta_window_ms;
    std::uint64_t seed;
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.claim; }

std::vector<support::Step> long_answer() {
    std::vector<support::Step> script;
    for (int i = 0; i < 120; ++i) {
        script.push_back(support::say(fmt::format("第{}句", i)));
        script.push_back(support::say(" and word "));
    }
    return script;
}

class WsCuts : public ::testing::TestWithParam<Row> {};

TEST_P(WsCuts, EachClientHasTheServersTextsAndNothingTwice) {
    support::ScriptedModel model{long_answer()};
    support::Server server{{{"ws.delta_window_ms", GetParam().delta_window_ms}}, model.as_npc()};
    support::Loop loop;
    support::Client log{loop, server.port()};
    Rng rng{GetParam().seed};
    std::size_t cuts = 0, in_an_answer = 0;
    while (cuts < kCuts) {
        const std::string session = log.open_session();
        bench::SessionEar ear{session};
        for (std::size_t turn = 1; turn <= kTurnsOfASession; ++turn) {
            const auto made = bench::speak_through_cuts(server.port(), ear, "你好, again", fmt::format("m-{}", turn), {}, rng);
            ASSERT_TRUE(made) << session << " turn " << turn << ": " << made.error().message;
            cuts += made->all;
            in_an_answer += made->in_answer;
        }
        EXPECT_EQ(ear.duplicates(), 0) << session;
        ASSERT_EQ(ear.turns().size(), kTurnsOfASession) << session << ": a turn was begun twice, or never";
        for (const auto& turn : ear.turns()) {
            const auto told = log.events(session, turn.number).rest();
            EXPECT_EQ(turn.text, support::deltas_of(told)) << session << " turn " << turn.number;
            EXPECT_EQ(turn.answer_bytes, turn.text.size()) << session << " turn " << turn.number;
        }
    }
    EXPECT_GT(in_an_answer, kCuts / 4) << "cuts beside the answers show little";
}

INSTANTIATE_TEST_SUITE_P(Ws, WsCuts, ::testing::Values(
    Row{"each piece travels by itself",             "0",  1},
    Row{"pieces that come together travel as one",  "16", 2}));
}  // namespace
}  // namespace rondo::fault
