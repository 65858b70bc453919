// The disk is full, breaks or lies: the whole server in this process over the fault-injecting file layer.
#include "base/async/timer.hpp"
#include "fault/insistent.hpp"
#include "support/scripted.hpp"
#include "support/server_test.hpp"

#include <gtest/gtest.h>

#include <atomic>

namespace rondo::fault {
namespace {
using namespace std::chrono_literals;
using Call = store::FaultPlan::Call;
using Effect = store::FaultPlan::Effect;
using File = store::FaultPlan::File;
using support::Answer;

constexpr Clock::duration kRecovery = 2s;

double millis(Clock::duration took) { return std::chrono::duration<double, std::milli>(took).count(); }

class DiskFault : public ::testing::Test {
protected:
    DiskFault() {
        app::App::Options options;
        options.disk_faults = &disk;
        options.on_fatal = [this] { ++fatals; };
        options.embedded = &model;
        server = std::make_unique<support::Server>(support::Server::Settings{}, std::move(options));
        client = std::make_unique<support::Client>(loop, server->port());
        model.gate().open();
        session = client->open_session();
        for (const char* id : {"m1", "m2"}) EXPECT_EQ(say(id).status, 200);
        EXPECT_EQ(client->get("/api/v1/sessions").status, 200);  // which waits until the tables show both
    }
    Answer say(const char* message_id) { return client->say(session, "多少钱？", {{"message_id", message_id}}); }
    void restart() {
        disk.clear();
        client->close();
        server->restart();
        client = std::make_unique<support::Client>(loop, server->port());
    }
    void expect_reads_go_on(std::size_t turns) {
        EXPECT_EQ(history_of(*client, session).size(), turns);
        for (const char* target : {"/api/v1/sessions", "/api/v1/scenarios", "/livez", "/metrics", "/api/v1/config"})
            EXPECT_EQ(client->get(target).status, 200) << target;
        EXPECT_EQ(client->get("/api/v1/sessions/" + session).at("turns"), static_cast<std::int64_t>(turns));
        EXPECT_FALSE(client->events(session, 1).rest().empty());
    }
    void expect_history(std::vector<std::string> message_ids) {
        const auto kept = history_of(*client, session);
        ASSERT_EQ(kept.size(), message_ids.size());
        for (std::size_t i = 0; i < kept.size(); ++i) {
            EXPECT_EQ(kept[i].message_id, message_ids[i]);
            EXPECT_TRUE(kept[i].ended);
        }
    }
    void fill() { disk.arm({.call = Call::write, .file = File::wal, .effect = Effect::no_space, .times = store::FaultPlan::kForever}); }

    support::Loop loop;
    support::ScriptedModel model{{support::say("我们"), support::wait_for_gate(), support::say("看重交期")}};
    store::FaultPlan disk;
    std::atomic<int> fatals{0};
    std::unique_ptr<support::Server> server;
    std::unique_ptr<support::Client> client;
    std::string session;
};

TEST_F(DiskFault, AFullDiskRefusesWritesWith507WhileReadsGoOn) {
    fill();
    struct Write {
        const char* target;
        boost::json::object body;
    };
    for (const Write& write : {Write{"/api/v1/sessions", {{"session_id", "new"}}},
                               Write{"/api/v1/feedback/submit", {{"session_id", session}, {"turn_number", 1}, {"rating", 5}}}}) {
        const Answer refused = client->post(write.target, write.body);
        EXPECT_EQ(refused.status, 507) << write.target << " " << refused.body;
        EXPECT_EQ(refused.header("content-type"), "application/problem+json") << write.target;
    }
    for (int i = 0; i < 3; ++i) {
        const Answer refused = say("m3");
        EXPECT_EQ(refused.status, 507) << refused.body;
    }
    EXPECT_NE(client->get("/api/v1/sessions/new").status, 200) << "what was refused is not half there";
    expect_reads_go_on(2);
    EXPECT_EQ(fatals, 0) << "a full disk passes by itself";

    disk.clear();
    const TimePoint freed = Clock::now();
    Answer answer = say("m3");
    while (answer.status == 507 && Clock::now() - freed < kRecovery) answer = say("m3");
    const auto took = Clock::now() - freed;
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_LE(took, kRecovery);
    std::printf("writes work again %.1f ms after space returned\n", millis(took));
    restart();
    expect_history({"m1", "m2", "m3"});
}

TEST_F(DiskFault, ATurnThatMeetsAFullDiskOnItsWayEndsOnceThereIsSpace) {
    model.gate().shut();
    std::optional<Answer> answer;
    auto stream = client->stream_turn(session, "多少钱？", {{"message_id", "m3"}});
    const auto begun = stream.until("delta");
    fill();
    model.gate().open();
    support::Client other{loop, server->port()};
    EXPECT_EQ(other.say(session, "多少钱？", {{"message_id", "m4"}}).status, 409) << "the turn still runs";
    EXPECT_EQ(other.post("/api/v1/sessions", {}).status, 507);
    disk.clear();
    const TimePoint freed = Clock::now();
    const auto rest = stream.rest();
    EXPECT_LE(Clock::now() - freed, kRecovery);
    ASSERT_FALSE(rest.empty());
    EXPECT_EQ(rest.back().type, "completed");
    std::printf("the waiting turn ended %.1f ms after space returned\n", millis(Clock::now() - freed));
    restart();
    expect_history({"m1", "m2", "m3"});
}

struct Row {
    const char* claim;
    Call call;
    Effect effect;
    int nth;
};
class BrokenDisk : public DiskFault, public ::testing::WithParamInterface<Row> {};

TEST_P(BrokenDisk, EndsAllAcknowledgingUntilTheNextStart) {
    const Row& row = GetParam();
    disk.arm({.call = row.call, .file = File::wal, .effect = row.effect, .nth = row.nth});
    const Answer failed = say("m3");
    ASSERT_GE(failed.status, 500) << row.claim << ": " << failed.body;
    EXPECT_TRUE(server->app().database().failed());
    EXPECT_EQ(fatals, 1) << "the process is told to exit, once";
    const auto syncs = server->app().database().stats().fdatasyncs;
    EXPECT_EQ(say("m4").status, 503) << "the disk would answer again; nobody asks it";
    EXPECT_EQ(client->post("/api/v1/sessions", {}).status, 503);
    EXPECT_EQ(server->app().database().stats().fdatasyncs, syncs) << "a failed sync is never tried again";
    EXPECT_EQ(disk.fired(), 1);
    EXPECT_EQ(client->get("/readyz").status, 503);
    EXPECT_EQ(client->get("/livez").status, 200);
    EXPECT_EQ(history_of(*client, session).size(), 2U) << "reads go on";

    restart();
    EXPECT_EQ(say("m3").status, 200) << "the same message again, once";
    EXPECT_EQ(say("m4").status, 200);
    expect_history({"m1", "m2", "m3", "m4"});
}
INSTANTIATE_TEST_SUITE_P(Faults, BrokenDisk, ::testing::Values(
    Row{"an I/O error in the accepting write", Call::write, Effect::io_error, 1},
    Row{"an I/O error in its second write",    Call::write, Effect::io_error, 2},
    Row{"a short write",                       Call::write, Effect::half,     1},
    Row{"a torn second write",                 Call::write, Effect::half,     2},
    Row{"a failed sync of the accepting row",  Call::sync,  Effect::io_error, 1},
    Row{"a failed sync of the ending row",     Call::sync,  Effect::io_error, 2}));
}  // namespace
}  // namespace rondo::fault
