#include "base/async/circuit_breaker.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace rondo {
namespace {
using namespace std::chrono_literals;
using State = CircuitBreaker::State;

constexpr TimePoint kStart{std::chrono::hours{1}};

CircuitBreaker::Config small() {
    return {.window = 10s, .min_calls = 4, .failure_rate = 0.5, .open_for = 5s, .open_limit = 15s, .jitter = 0, .probes = 2};
}

/// Plays a history: 's' a call that succeeds, 'f' one that fails, 'i' one whose end does not count, 'A' and 'B' begin probes
/// that end at 'a' (success), 'x' (A fails), 'g' (A is ignored) and 'b' (B succeeds); '.' one second passes. A call that is
/// not admitted is written to `refused`.
class Played {
public:
    Played(const CircuitBreaker::Config& config, const std::string& history) : breaker{config, Rng{7}} {
        for (const char step : history) play(step);
    }

    CircuitBreaker breaker;
    TimePoint now{kStart};
    std::string refused;

private:
    void play(char step) {
        switch (step) {
            case '.': now += 1s; break;
            case 'A': begin(a_, step); break;
            case 'B': begin(b_, step); break;
            case 'a': breaker.succeeded(a_, now); break;
            case 'x': breaker.failed(a_, now); break;
            case 'g': breaker.ignored(a_); break;
            case 'b': breaker.succeeded(b_, now); break;
            default: whole(step);
        }
    }
    void begin(CircuitBreaker::Ticket& ticket, char step) {
        const auto admitted = breaker.admit(now);
        if (admitted) ticket = *admitted;
        else refused += step;
    }
    void whole(char step) {
        const auto ticket = breaker.admit(now);
        if (!ticket) refused += step;
        else if (step == 's') breaker.succeeded(*ticket, now);
        else if (step == 'f') breaker.failed(*ticket, now);
        else breaker.ignored(*ticket);
    }
    CircuitBreaker::Ticket a_, b_;
};

struct Row {
    const char* claim;
    const char* history;
    State state;
    const char* refused;
};

class CircuitBreakerTable : public testing::TestWithParam<Row> {};
TEST_P(CircuitBreakerTable, Plays) {
    const Row& row = GetParam();
    const Played played{small(), row.history};
    EXPECT_STREQ(name(played.breaker.state()), name(row.state)) << row.claim;
    EXPECT_EQ(played.refused, row.refused) << row.claim;
}

INSTANTIATE_TEST_SUITE_P(Async, CircuitBreakerTable, testing::Values(
    Row{"few calls prove nothing, even when all fail",           "fff",               State::closed,    ""},
    Row{"half of enough calls failing opens it",                 "ssff",              State::open,      ""},
    Row{"less than half does not",                               "sssffs",            State::closed,    ""},
    Row{"what our callers gave up does not count as volume",     "fffiiii",           State::closed,    ""},
    Row{"what lies outside the window is forgotten",             "fff..........f",    State::closed,    ""},
    Row{"what lies inside it is not",                            "fff.........f",     State::open,      ""},
    Row{"a success moves no closed breaker",                     "ssssssss",          State::closed,    ""},
    Row{"an open breaker refuses",                               "ffff....s",         State::open,      "s"},
    Row{"when its time is up it admits a probe",                 "ffff.....A",        State::half_open, ""},
    Row{"it admits as many as it was told and not one more",     "ffff.....ABsss",    State::half_open, "sss"},
    Row{"one good probe is not enough for two",                  "ffff.....Aa",       State::half_open, ""},
    Row{"all probes good: closed",                               "ffff.....ABab",     State::closed,    ""},
    Row{"probes that succeeded are not asked for again",         "ffff.....AaABs",    State::half_open, "Bs"},
    Row{"one bad probe: open again",                             "ffff.....ABx",      State::open,      ""},
    Row{"the other probe then comes too late to matter",         "ffff.....ABxb",     State::open,      ""},
    Row{"an ignored probe makes room for another",               "ffff.....ABgA",     State::half_open, ""},
    Row{"the second time it stays open twice as long",           "ffff.....Ax.....s", State::open,      "s"},
    Row{"and then probes again",                                 "ffff.....Ax..........A", State::half_open, ""},
    Row{"what began before it opened does not end as a probe",   "Affff.....Ba",      State::half_open, ""},
    Row{"what began before it opened does not fail as a probe",  "Affff.....Bx",      State::half_open, ""},
    Row{"closed again it starts with an empty window",           "ffff.....ABabfff",  State::closed,    ""}));

TEST(CircuitBreaker, TheTimeItStaysOpenIsBounded) {
    Played played{small(), "ffff"};
    for (int round = 0; round < 8; ++round) {
        const auto wait = played.breaker.retry_after(played.now);
        EXPECT_LE(wait, 15s);
        EXPECT_GT(wait, 0s);
        played.now += wait;
        const auto probe = played.breaker.admit(played.now);
        ASSERT_TRUE(probe);
        played.breaker.failed(*probe, played.now);
    }
    EXPECT_EQ(played.breaker.retry_after(played.now), 15s);
}

TEST(CircuitBreaker, BreakersThatOpenTogetherDoNotProbeTogether) {
    auto config = small();
    config.jitter = 0.5;
    std::vector<Clock::duration> waits;
    for (const std::uint64_t seed : {1, 2, 3, 4, 5, 6, 7, 8}) {
        CircuitBreaker breaker{config, Rng{seed}};
        for (int i = 0; i < 4; ++i) breaker.failed(*breaker.admit(kStart), kStart);
        waits.push_back(breaker.retry_after(kStart));
        EXPECT_GE(waits.back(), 5s);
        EXPECT_LE(waits.back(), 7500ms);
    }
    EXPECT_GT(std::ranges::max(waits) - std::ranges::min(waits), 500ms);
}

/// Random histories of overlapping calls against what the breaker promises.
TEST(CircuitBreaker, HoldsItsPromisesInRandomHistories) {
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        SCOPED_TRACE(seed);
        Rng rng{seed};
        const int probes = 1 + static_cast<int>(rng.below(4));
        const CircuitBreaker::Config config{.window = 10s,
                                            .min_calls = 1 + static_cast<int>(rng.below(6)),
                                            .failure_rate = 0.5,
                                            .open_for = 2s,
                                            .open_limit = 9s,
                                            .jitter = 0.3,
                                            .probes = probes};
        CircuitBreaker breaker{config, Rng{seed + 1}};
        struct Call {
            CircuitBreaker::Ticket ticket;
            bool probe;
            std::uint64_t period;
        };
        std::vector<Call> running;
        TimePoint now = kStart;
        std::uint64_t period = 0;  // of half-open state, counted by the test
        State before = breaker.state();
        for (int step = 0; step < 400; ++step) {
            now += std::chrono::milliseconds{rng.below(400)};
            if (rng.below(2) == 0 || running.empty()) {
                const bool would = breaker.admits(now);
                const auto wait = breaker.retry_after(now);
                const auto ticket = breaker.admit(now);
                EXPECT_EQ(ticket.has_value(), would);
                if (wait > 0s) { EXPECT_FALSE(ticket) << "an open breaker admits nothing before its time"; }
                if (breaker.state() == State::half_open && before != State::half_open) ++period;
                if (ticket) running.push_back({*ticket, breaker.state() == State::half_open, period});
            } else {
                const auto chosen = static_cast<std::ptrdiff_t>(rng.below(running.size()));
                const Call call = running[static_cast<std::size_t>(chosen)];
                running.erase(running.begin() + chosen);
                switch (rng.below(3)) {
                    case 0: breaker.succeeded(call.ticket, now); break;
                    case 1: breaker.failed(call.ticket, now); break;
                    default: breaker.ignored(call.ticket);
                }
            }
            if (breaker.state() == State::half_open) {
                const auto out = std::ranges::count_if(running, [&](const Call& c) { return c.probe && c.period == period; });
                EXPECT_LE(out, probes) << "more probes under way than allowed";
            }
            before = breaker.state();
        }
    }
}
}  // namespace
}  // namespace rondo
