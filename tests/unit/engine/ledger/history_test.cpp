#include "unit/engine/ledger/ledger_fixture.hpp"

#include "base/rng.hpp"

#include <list>
#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace rondo::ledger {
namespace {
using namespace std::chrono_literals;

/// What the world knows of one subject in one window, whatever the ledger believes.
struct Truth {
    std::int64_t billed{0};   // by providers, told or not
    std::int64_t settled{0};
    std::int64_t held{0};
    std::int64_t over{0};     // billed beyond estimates
};

/// Random histories against plain sums.
class History : public LedgerTest, public testing::WithParamInterface<std::uint64_t> {
protected:
    using Key = std::tuple<Subject, Period, std::int64_t>;
    struct OpenCall {
        Reservation reservation;
        Spender spender;
        Windows windows;
    };

    template <class F>
    void each(const Spender& spender, const Windows& windows, F f) {
        for (const SubjectKind kind : kSubjectKinds) {
            if (!spender.has(kind)) continue;
            const Subject subject{kind, spender.scope.tenant, std::string{spender.subject(kind).id}};
            for (const Period period : kPeriods) f(truth[{subject, period, windows.of(period)}]);
        }
    }
    Spender somebody() {
        static constexpr const char* kUsers[] = {"ada", "bob", "eve"};
        return {.scope = {TenantId{"acme"}, UserId{kUsers[rng.below(3)]}},
                .key = rng.below(2) == 0 ? "k" : "",
                .session = rng.below(2) == 0 ? "s" + std::to_string(rng.below(3)) : ""};
    }
    void begin_call() {
        const Spender spender = somebody();
        const auto estimate = static_cast<std::int64_t>(1 + rng.below(60));
        const Windows now = windows_at(Clock::wall());
        auto got = reserve(spender, estimate);
        written();  // waiting for the loop drained it
        if (!got) {
            ASSERT_TRUE(got.error().exhausted) << got.error().error.message;
            const Exhausted& e = *got.error().exhausted;
            EXPECT_GT(e.used.micros + estimate, e.limit.micros) << "nobody is refused what is there";
            const auto stands = report(e.subject, e.period);
            EXPECT_EQ(stands.used + stands.held, e.used);
            return;
        }
        each(spender, now, [&](Truth& t) { t.held += estimate; });
        open_calls.push_back({std::move(*got), spender, now});
    }
    void end_call() {
        if (open_calls.empty()) return;
        auto at = std::next(open_calls.begin(), static_cast<std::ptrdiff_t>(rng.below(open_calls.size())));
        const std::int64_t estimate = at->reservation.estimate().micros;
        each(at->spender, at->windows, [&](Truth& t) { t.held -= estimate; });
        const auto luck = rng.below(10);
        if (luck < 2) {
            if (luck == 0) at->reservation.release();
        } else {
            const auto cost =
                static_cast<std::int64_t>(luck == 9 ? estimate + rng.below(40) : rng.below(static_cast<std::uint64_t>(estimate) + 1));
            at->reservation.settle(costing(cost));
            each(at->spender, at->windows, [&](Truth& t) { bill(t, cost, estimate), t.settled += cost; });
            unwritten += cost;
            all_settled += cost;
        }
        open_calls.erase(at);
    }
    static void bill(Truth& t, std::int64_t cost, std::int64_t estimate) {
        t.billed += cost;
        t.over += std::max<std::int64_t>(0, cost - estimate);
    }
    void die() {
        for (OpenCall& call : open_calls) {
            // Its provider may bill what nobody will ever hear of.
            const std::int64_t estimate = call.reservation.estimate().micros;
            const auto cost = static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(estimate) + 1));
            each(call.spender, call.windows, [&](Truth& t) { bill(t, cost, estimate), t.held -= estimate; });
        }
        open_calls.clear();
        all_settled -= unwritten;
        unwritten = 0;
        crash();
        const Windows now = windows_at(Clock::wall());
        for (const Period period : kPeriods) crashed.insert({period, now.of(period)});
    }
    void leave() {
        while (!open_calls.empty()) end_call();
        restart();
        written();
    }
    void written() { unwritten = 0; }

    void check() {
        const Windows now = windows_at(Clock::wall());
        for (const auto& [key, t] : truth) {
            const auto& [subject, period, window] = key;
            SCOPED_TRACE(text(subject) + " " + window_text(period, window));
            const auto limit = ledger->budget(subject).limit(period);
            if (limit) { EXPECT_LE(t.billed, limit->micros + t.over) << "overspent"; }
            if (window != now.of(period) || !ledger->budget(subject).limited()) continue;
            const auto stands = report(subject, period);
            EXPECT_EQ(stands.held.micros, t.held);
            const bool open_slice = crashed.contains({period, window});  // which counts as spent
            if (open_slice) EXPECT_GE(stands.used.micros, limit ? t.billed - t.over : 0) << "money that was spent came back";
            else EXPECT_EQ(stands.used.micros, t.settled);
            if (limit && !open_slice) EXPECT_EQ(stands.remaining()->micros, std::max<std::int64_t>(0, limit->micros - t.settled));
        }
        written();
    }

    Rng rng{GetParam()};
    std::map<Key, Truth> truth;
    std::set<std::pair<Period, std::int64_t>> crashed;
    std::list<OpenCall> open_calls;
    std::int64_t unwritten{0}, all_settled{0};
};

TEST_P(History, OverspendsNothingAndLosesNothing) {
    config.user_day = 0.000900;
    config.user_month = 0.003000;
    config.tenant_day = 0.002000;
    config.session_day = 0.000700;
    config.key_month = 0.004000;
    config.slice_percent = static_cast<int>(1 + rng.below(30));
    start();
    for (int step = 0; step < 400; ++step) {
        SCOPED_TRACE("step " + std::to_string(step));
        const auto what = rng.below(100);
        if (what < 48) begin_call();
        else if (what < 88) end_call();
        else if (what < 93) clock.advance(std::chrono::seconds{rng.below(20)}), run_tend(), written();
        else if (what < 95) clock.advance(std::chrono::hours{rng.below(30)});
        else if (what < 97) die();
        else if (what < 98) leave();
        else check();
        if (HasFailure()) return;
    }
    check();
    EXPECT_EQ(usage_by(GroupBy::user).total.cost.micros, all_settled) << "what was settled is what is reported";
    EXPECT_EQ(usage_by(GroupBy::node).total.cost.micros, all_settled);
    open_calls.clear();
}

INSTANTIATE_TEST_SUITE_P(Ledger, History, testing::Range<std::uint64_t>(1, 25));
}  // namespace
}  // namespace rondo::ledger
