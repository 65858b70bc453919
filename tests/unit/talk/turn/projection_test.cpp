#include "talk/turn/repository.hpp"
#include "talk/turn/schema.hpp"

#include "records.hpp"
#include "unit/platform/store/store_fixture.hpp"

namespace rondo::turn {
namespace {
constexpr std::int64_t kSession = 41, kOther = 42;

/// Journal rows go through a real database; what the tables then say is read back.
class ProjectionTest : public store::StoreTest {
protected:
    ProjectionTest() {
        options.migrations = migrations();
        options.migrations.push_back(advice_places(3));
        options.projections = {&projection};
    }
    void SetUp() override { open(); }

    void write(std::int64_t session, Kind kind, std::string body) {
        store::Batch batch;
        batch.append(session, static_cast<int>(kind), std::move(body));
        ASSERT_TRUE(commit(std::move(batch)));
    }
    template <class F>
    auto look(F f) {
        project();
        auto found = run(db->read(std::move(f)));
        EXPECT_TRUE(found);
        return std::move(*found);
    }
    std::optional<StoredSession> session(std::int64_t key) {
        return look([key](store::Reader& reader) { return repository::find(reader, key); });
    }
    std::vector<StoredTurn> turns(std::int64_t key) {
        return look([=](store::Reader& reader) -> Result<std::vector<StoredTurn>> {
            const auto edges = repository::edges(reader, key);
            if (!edges) return propagate(edges);
            std::vector<StoredTurn> turns;
            for (const auto& edge : *edges) {
                const auto turn = repository::turn(reader, key, edge.number);
                if (!turn) return propagate(turn);
                turns.push_back(**turn);
            }
            return turns;
        });
    }
    std::vector<OwedFollowUp> owed() {
        return look([](store::Reader& reader) { return repository::follow_ups(reader); });
    }
    void create(std::int64_t key, std::string id, std::string title = {}) {
        SessionCreated created = std::get<SessionCreated>(samples::all());
        created.id = std::move(id);
        created.title = std::move(title);
        write(key, Kind::session_created, created.encode());
    }
    void accept(std::int64_t key, std::int64_t number, std::string idempotency_key = {}) {
        TurnAccepted accepted = std::get<TurnAccepted>(samples::all());
        accepted.number = number;
        accepted.key = std::move(idempotency_key);
        write(key, Kind::turn_accepted, accepted.encode());
    }
    TurnRecord end(std::int64_t key, std::int64_t number, std::string task_id = {}) {
        TurnRecord record = std::get<TurnRecord>(samples::all());
        record.number = number;
        record.state = State::completed;
        record.task_id = std::move(task_id);
        write(key, Kind::turn_ended, record.encode());
        return record;
    }
    FeedbackGiven rate(std::int64_t key, std::string id, std::int64_t rating, bool matched = true) {
        FeedbackGiven given = std::get<FeedbackGiven>(samples::all());
        given.id = std::move(id);
        given.number = 1;
        given.rating = rating;
        given.matched = matched;
        write(key, Kind::feedback, given.encode());
        return given;
    }
    std::int64_t count(store::Sql sql) { return query(sql).front().integer(0); }

    TurnProjection projection;
};

TEST_F(ProjectionTest, ASessionIsFoundByKeyAndByName) {
    create(kSession, "s_1", "Hello");
    const auto stored = session(kSession);
    ASSERT_TRUE(stored);
    const auto wanted = std::get<SessionCreated>(samples::all());
    EXPECT_EQ(stored->created.encode(), [&] {
        auto w = wanted;
        w.title = "Hello";
        return w.encode();
    }());
    EXPECT_EQ(stored->turns, 0);
    EXPECT_EQ(stored->updated_at, wanted.at);
    const auto by_name = [&](const char* tenant, const char* id) {
        return look([=](store::Reader& reader) { return repository::find(reader, TenantId{tenant}, SessionId{id}); });
    };
    ASSERT_TRUE(by_name("acme", "s_1"));
    EXPECT_EQ(by_name("acme", "s_1")->key, kSession);
    EXPECT_FALSE(by_name("other", "s_1")) << "another tenant's";
    EXPECT_FALSE(by_name("acme", "s_2"));
}

TEST_F(ProjectionTest, ListsGoFromTheNewestBack) {
    for (std::int64_t key = 1; key <= 5; ++key) create(key, "s_" + std::to_string(key));
    const auto page_of = [&](const char* tenant, const std::string& user, Reach reach, std::int64_t before, std::int64_t limit) {
        std::string ids;
        const Scope caller{TenantId{tenant}, UserId{user}};
        for (const auto& s : look([=](store::Reader& reader) { return repository::list(reader, caller, reach, before, limit); }))
            ids += s.created.id + " ";
        return ids;
    };
    const auto page = [&](const char* tenant, std::int64_t before, std::int64_t limit) {
        return page_of(tenant, "nobody", Reach::tenant, before, limit);
    };
    EXPECT_EQ(page("acme", 0, 2), "s_5 s_4 ");
    EXPECT_EQ(page("acme", 4, 9), "s_3 s_2 s_1 ");
    EXPECT_EQ(page("acme", 1, 9), "");
    EXPECT_EQ(page("other", 0, 9), "");
    const std::string owner = std::get<SessionCreated>(samples::all()).user;
    EXPECT_EQ(page_of("acme", owner, Reach::own, 4, 2), "s_3 s_2 ");
    EXPECT_EQ(page_of("acme", "nobody", Reach::own, 0, 9), "") << "others' are not there";
    EXPECT_EQ(page_of("other", owner, Reach::own, 0, 9), "") << "a namesake in another tenant";
}

TEST_F(ProjectionTest, AnAcceptedTurnRunsUntilItEnds) {
    create(kSession, "s_1");
    accept(kSession, 1, "key");
    auto turn = turns(kSession).at(0);
    EXPECT_EQ(turn.state, State::running);
    EXPECT_FALSE(turn.record);
    EXPECT_EQ(turn.user_message, "你好\n");
    EXPECT_EQ(session(kSession)->turns, 0) << "only ended turns count";

    const auto record = end(kSession, 1);
    turn = turns(kSession).at(0);
    EXPECT_EQ(turn.state, State::completed);
    ASSERT_TRUE(turn.record);
    EXPECT_EQ(turn.record->encode(), record.encode()) << "the timeline's zero bytes, too";
    const auto stored = session(kSession);
    EXPECT_EQ(stored->turns, 1);
    EXPECT_EQ(stored->created.stage, record.stage);
    EXPECT_EQ(stored->created.title, "hello") << "the first message names the session";
    EXPECT_EQ(stored->updated_at, record.at);
}

TEST_F(ProjectionTest, HowManyRowsComeAtATimeMakesNoDifference) {
    const auto tell = [&](std::int64_t key, auto after_each) {
        create(key, "s_" + std::to_string(key));
        after_each();
        for (const std::int64_t number : {1, 2, 3}) {
            accept(key, number, "key-" + std::to_string(number));
            after_each();
            if (number == 3) break;  // the last one runs on
            end(key, number, number == 2 ? "t_2" : "");
            after_each();
        }
        rate(key, "f_" + std::to_string(key), 4);
    };
    tell(kSession, [&] { project(); });
    tell(kOther, [] {});
    const auto seen = [&](std::int64_t key) {
        std::string all = session(key)->created.stage + session(key)->created.title;
        for (const auto& turn : turns(key)) {
            all += "\n" + std::to_string(turn.number) + std::string{name(turn.state)} + turn.message_id + turn.user_message +
                   std::to_string(turn.rating.value_or(0)) + (turn.record ? turn.record->encode() : "-");
        }
        return all;
    };
    EXPECT_EQ(seen(kSession), seen(kOther));
    EXPECT_EQ(turns(kSession).size(), 3U);
    EXPECT_EQ(count("SELECT count(*) FROM idempotency WHERE scope = 41"), count("SELECT count(*) FROM idempotency WHERE scope = 42"));
}

TEST_F(ProjectionTest, ATitleThatWasGivenStays) {
    create(kSession, "s_1", "Mine");
    accept(kSession, 1);
    end(kSession, 1);
    EXPECT_EQ(session(kSession)->created.title, "Mine");
}

TEST_F(ProjectionTest, TurnsComeInOrder) {
    create(kSession, "s_1");
    for (const std::int64_t number : {1, 2, 3, 10}) accept(kSession, number);
    accept(kOther, 2);
    std::string numbers;
    for (const auto& turn : turns(kSession)) numbers += std::to_string(turn.number) + " ";
    EXPECT_EQ(numbers, "1 2 3 10 ");
    const auto one = [&](std::int64_t number) {
        return look([=](store::Reader& reader) { return repository::turn(reader, kSession, number); });
    };
    EXPECT_EQ(one(10)->number, 10);
    EXPECT_FALSE(one(4));
}

TEST_F(ProjectionTest, KeysOfAcceptedTurnsAreKept) {
    create(kSession, "s_1");
    accept(kSession, 1, "key");
    accept(kSession, 2);
    const auto keys = look([](store::Reader& reader) { return store::Idempotency::load(reader, kSession); });
    EXPECT_EQ(keys.size(), 1U);
    const auto body = std::get<TurnAccepted>(samples::all()).digest;
    EXPECT_EQ(keys.check("key", body), (std::pair{store::Idempotency::Verdict::same, std::int64_t{1}}));
}

TEST_F(ProjectionTest, AFollowUpIsOwedUntilItsAdviceIsThere) {
    create(kSession, "s_1");
    for (const std::int64_t number : {1, 2}) accept(kSession, number), end(kSession, number, "t_" + std::to_string(number));
    ASSERT_EQ(owed().size(), 2U);
    EXPECT_EQ(owed()[0].session_id, "s_1");
    EXPECT_EQ(owed()[0].tenant, "acme");
    write(kSession, Kind::advice, AdviceGiven{1, "t_1", R"({"text":"Ask."})"}.encode());
    ASSERT_EQ(owed().size(), 1U);
    EXPECT_EQ(owed()[0].task_id, "t_2");
    EXPECT_EQ(owed()[0].number, 2);
    EXPECT_EQ(turns(kSession)[0].advice, R"({"text":"Ask."})");
}

TEST_F(ProjectionTest, TheLastRatingOfATurnShowsButTheFirstOfAnIdStands) {
    create(kSession, "s_1");
    accept(kSession, 1);
    EXPECT_FALSE(turns(kSession)[0].rating);
    rate(kSession, "f_1", 2);
    rate(kSession, "f_2", 4);
    EXPECT_EQ(turns(kSession)[0].rating, 4);
    rate(kSession, "f_1", 2);
    rate(kSession, "f_2", 1);
    EXPECT_EQ(turns(kSession)[0].rating, 4) << "repetitions change nothing";
    rate(kSession, "f_3", 5, false);
    EXPECT_EQ(turns(kSession)[0].rating, 4) << "an unmatched rating belongs to no turn";
    EXPECT_EQ(count("SELECT count(*) FROM feedback"), 3);
}

TEST_F(ProjectionTest, DeletingLeavesNothingOfTheSession) {
    for (const auto key : {kSession, kOther}) {
        create(key, "s_" + std::to_string(key));
        accept(key, 1, "key");
        end(key, 1, "t_1");
        rate(key, "f_" + std::to_string(key), 3);
    }
    write(kSession, Kind::session_deleted, {});
    EXPECT_FALSE(session(kSession));
    EXPECT_TRUE(turns(kSession).empty());
    EXPECT_EQ(look([](store::Reader& reader) { return store::Idempotency::load(reader, kSession); }).size(), 0U);
    EXPECT_EQ(owed().size(), 1U);
    EXPECT_EQ(count("SELECT count(*) FROM feedback"), 1);
    ASSERT_TRUE(session(kOther));
    EXPECT_EQ(turns(kOther).size(), 1U);
}

TEST_F(ProjectionTest, AdviceThatComesAfterTheDeletionBringsNothingBack) {
    create(kSession, "s_1");
    accept(kSession, 1);
    end(kSession, 1, "t_1");
    write(kSession, Kind::session_deleted, {});
    write(kSession, Kind::advice, AdviceGiven{1, "t_1", "{}"}.encode());
    EXPECT_FALSE(session(kSession));
    EXPECT_TRUE(turns(kSession).empty() && owed().empty());
}

TEST_F(ProjectionTest, ADamagedRowIsSetAsideAndTheOthersGoOn) {
    create(kSession, "s_1");
    write(kSession, Kind::turn_accepted, "\x80");
    accept(kSession, 2);
    EXPECT_EQ(turns(kSession).size(), 1U);
    EXPECT_EQ(count("SELECT count(*) FROM journal_rejected"), 1);
    EXPECT_EQ(warnings().size(), 1U);
}

TEST_F(ProjectionTest, RowsOfUseToARestartOnlyTouchNoTable) {
    create(kSession, "s_1");
    accept(kSession, 1);
    write(kSession, Kind::node_finished, NodeFinished{1, "npc", "ok", "stop", "{}"}.encode());
    write(kSession, Kind::delta, DeltaWritten{1, "a"}.encode());
    write(kSession, Kind::stop_requested, StopRequested{1}.encode());
    write(kSession, Kind::restarted, Restarted{1, true}.encode());
    EXPECT_EQ(turns(kSession)[0].state, State::running);
    EXPECT_EQ(count("SELECT count(*) FROM journal_rejected"), 0);
}
}  // namespace
}  // namespace rondo::turn
