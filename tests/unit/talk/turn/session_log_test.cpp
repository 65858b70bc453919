#include "talk/turn/session_log.hpp"

#include "base/json.hpp"
#include "base/rng.hpp"
#include "talk/turn/schema.hpp"
#include "talk/turn/timeline.hpp"
#include "unit/platform/store/store_fixture.hpp"

#include <boost/json.hpp>

namespace rondo::turn {
namespace {
using store::EventId;
constexpr std::int64_t kKey = 41;
const std::string kSession = "s_1";

/// What was told live, and the rows it left.
class SessionLogTest : public store::StoreTest {
protected:
    SessionLogTest() {
        options.migrations = migrations();
        options.migrations.push_back(advice_places(3));
        options.projections = {&projection};
    }
    void SetUp() override {
        open();
        SessionCreated created;
        created.tenant = created.user = "t";
        created.id = kSession;
        write(Kind::session_created, created.encode());
    }

    void write(Kind kind, std::string body) {
        store::Batch batch;
        batch.append(kKey, static_cast<int>(kind), std::move(body));
        ASSERT_TRUE(commit(std::move(batch)));
    }
    EventId tell(std::int64_t turn, PublicEvent event) {
        ++last.seq;
        told.push_back({last, turn, std::move(event.type), std::make_shared<const std::string>(std::move(event.data))});
        return last;
    }
    void advise(std::int64_t turn, bool place_kept = true) {
        const std::string task = "t_" + std::to_string(turn);
        write(Kind::advice, AdviceGiven{turn, task, R"({"text":"Ask."})", last.epoch}.encode());
        const auto place = tell(turn, event::advice(kSession, turn, R"({"text":"Ask."})", task));
        if (place_kept) write(Kind::advice_told, AdviceTold{turn, place.epoch, place.seq}.encode());
    }
    /// A whole turn of `deltas` pieces; the turns in `between` get their advice in the midst of it.
    void play(int deltas, std::vector<std::int64_t> between = {}) {
        ++turns;
        TurnAccepted accepted;
        accepted.number = turns;
        accepted.user_message = "hello";
        write(Kind::turn_accepted, accepted.encode());
        TurnRecord record;
        record.number = turns;
        record.state = State::completed;
        record.epoch = last.epoch;
        record.user_message = "hello";
        record.task_id = "t_" + std::to_string(turns);
        record.result = json::write({{"npc_response", std::string(static_cast<std::size_t>(deltas), 'x')}, {"trace_id", "t"}});
        Timeline timeline;
        timeline.accepted();
        record.first_seq = tell(turns, event::accepted({kSession, turns, 0, "", "hello", "t"})).seq;
        for (int delta = 0; delta < deltas; ++delta) {
            timeline.delta(1, false);
            tell(turns, event::delta("x", false));
            if (delta < static_cast<int>(between.size())) advise(between[static_cast<std::size_t>(delta)]);
        }
        timeline.ended();
        record.timeline = timeline.bytes();
        write(Kind::turn_ended, record.encode());
        tell(turns, event::ended(State::completed, record.result));
    }
    void start_anew() { last = {last.epoch + 1, 0}; }

    [[nodiscard]] session_log::Place where() const { return {kKey, kSession, turns}; }
    /// Everything later than `after`, as a reader gets it call by call.
    std::vector<SessionEvent> read_on(EventId after, EventId before = {99, 0}) {
        project();
        std::vector<SessionEvent> all;
        for (;;) {
            auto page = run(db->read([&](store::Reader& reader) { return session_log::read(reader, where(), after, before); }));
            EXPECT_TRUE(page) << page.error().message;
            if (!page || page->empty()) return all;
            after = page->back().place;
            all.insert(all.end(), page->begin(), page->end());
        }
    }
    std::int64_t last_seq(std::int64_t epoch) {
        project();
        const auto found = run(db->read([&](store::Reader& reader) { return session_log::last_seq(reader, where(), epoch); }));
        EXPECT_TRUE(found);
        return found.value_or(-1);
    }
    static std::string text(const std::vector<SessionEvent>& events) {
        std::string lines;
        for (const auto& event : events) {
            lines += event.place.to_string() + ' ' + std::to_string(event.turn) + ' ' + event.type + ' ' + *event.data + '\n';
        }
        return lines;
    }

    TurnProjection projection;
    std::vector<SessionEvent> told;
    EventId last{1, 0};
    std::int64_t turns{0};
};

TEST_F(SessionLogTest, FromEveryPlaceExactlyTheRest) {
    play(3);
    play(4, {1});
    play(2);
    advise(3);
    start_anew();
    advise(2);
    play(1);
    play(5, {4});
    std::vector<EventId> places{{0, 0}, {1, 0}, {2, 0}};
    for (const auto& event : told) places.push_back(event.place);
    for (const EventId after : places) {
        std::vector<SessionEvent> rest;
        std::ranges::copy_if(told, std::back_inserter(rest), [after](const SessionEvent& event) { return event.place > after; });
        EXPECT_EQ(text(read_on(after)), text(rest)) << "after " << after.to_string();
    }
    EXPECT_EQ(last_seq(2), last.seq);
    EXPECT_EQ(last_seq(3), 0) << "nothing was told in the next epoch yet";
}

TEST_F(SessionLogTest, RandomHistoriesAreToldAgainFromAnyPlace) {
    Rng rng{5};
    std::vector<std::int64_t> owed;
    for (int step = 0; step < 120; ++step) {
        switch (rng.below(4)) {
            case 0: start_anew(); break;
            case 1:
                if (!owed.empty()) {
                    advise(owed.back());
                    owed.pop_back();
                }
                break;
            default: {
                std::vector<std::int64_t> between;
                if (!owed.empty() && rng.below(2) == 0) {
                    between.push_back(owed.back());
                    owed.pop_back();
                }
                play(static_cast<int>(1 + rng.below(4)), between);
                owed.push_back(turns);
            }
        }
    }
    for (int round = 0; round < 60; ++round) {
        const EventId after = told[rng.below(told.size())].place;
        std::vector<SessionEvent> rest;
        std::ranges::copy_if(told, std::back_inserter(rest), [after](const SessionEvent& event) { return event.place > after; });
        EXPECT_EQ(text(read_on(after)), text(rest)) << "after " << after.to_string();
    }
    EXPECT_EQ(last_seq(last.epoch), last.seq);
}

TEST_F(SessionLogTest, OnlyWhatStandsBeforeMemory) {
    play(3);
    play(3);
    const auto all = told;
    for (const auto& front : all) {
        std::vector<SessionEvent> before;
        std::ranges::copy_if(all, std::back_inserter(before), [&](const SessionEvent& event) { return event.place < front.place; });
        EXPECT_EQ(text(read_on({0, 0}, front.place)), text(before));
    }
}

TEST_F(SessionLogTest, AdviceWhosePlaceACrashLostIsToldAgainInTheNextEpoch) {
    play(2);
    advise(1, false);
    const EventId heard = last;
    start_anew();
    play(1);
    const auto again = read_on(heard);
    ASSERT_EQ(again.size(), 4U);
    EXPECT_EQ(again.front().type, "coach_advice");
    EXPECT_EQ(again.front().place, (EventId{2, 0}));
}

TEST_F(SessionLogTest, TurnsFromBeforeThereWerePlacesStaySilent) {
    TurnAccepted accepted;
    accepted.number = turns = 1;
    write(Kind::turn_accepted, accepted.encode());
    Timeline timeline;
    timeline.accepted();
    timeline.ended();
    TurnRecord record;
    record.number = record.epoch = 1;
    record.state = State::completed;
    record.timeline = timeline.bytes();
    record.result = "{}";
    write(Kind::turn_ended, record.encode());
    start_anew();
    play(1);
    EXPECT_EQ(text(read_on({0, 0})), text(told));
}
}  // namespace
}  // namespace rondo::turn
