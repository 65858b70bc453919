#include "platform/store/event_log.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <deque>

namespace rondo::store {
namespace {
using Answer = std::optional<Result<std::vector<Event>>>;

class EventLogTest : public testing::Test {
protected:
    void read(EventId after, Answer& out) {
        auto op = [](EventLog& from, EventId id, Answer& to) -> asio::awaitable<void> { to = co_await from.next(id); };
        asio::co_spawn(io, op(log, after, out), asio::bind_cancellation_slot(cancels.emplace_back().slot(), asio::detached));
        io.restart();
        io.poll();
    }
    void poll() {
        io.restart();
        io.poll();
    }
    static std::string ids(const Answer& answer) {
        if (!answer) return "waits";
        if (!*answer) return name(answer->error().code);
        std::string all;
        for (const Event& event : **answer) all += (all.empty() ? "" : " ") + event.id.to_string();
        return all;
    }
    asio::io_context io;
    std::deque<asio::cancellation_signal> cancels;  // a reader's each
    EventLog log{io.get_executor(), 3};
};

struct Row {
    const char* claim;
    EventId after;
    bool closed;
    const char* expected;
};
class ResumeTest : public EventLogTest, public testing::WithParamInterface<Row> {};
TEST_P(ResumeTest, Next) {
    for (const char* text : {"a", "b", "c"}) log.append("delta", text);
    if (GetParam().closed) log.close();
    Answer answer;
    read(GetParam().after, answer);
    EXPECT_EQ(ids(answer), GetParam().expected) << GetParam().claim;
    cancels.front().emit(asio::cancellation_type::terminal);
    poll();
}
INSTANTIATE_TEST_SUITE_P(EventLog, ResumeTest, testing::Values(
    Row{"without an id everything comes",              {0, 0}, false, "3.1 3.2 3.3"},
    Row{"the rest after an id of this epoch",          {3, 1}, false, "3.2 3.3"},
    Row{"nothing new: wait",                           {3, 3}, false, "waits"},
    Row{"the epoch's beginning",                       {3, 0}, false, "3.1 3.2 3.3"},
    Row{"an older epoch gets this one whole",          {2, 9}, false, "3.1 3.2 3.3"},
    Row{"an id that has not happened is a mistake",    {3, 4}, false, "invalid_argument"},
    Row{"an epoch that has not happened is a mistake", {4, 0}, false, "invalid_argument"},
    Row{"closed: what is left comes",                  {3, 2}, true,  "3.3"},
    Row{"closed and nothing left: the empty answer",   {3, 3}, true,  ""},
    Row{"closed, older epoch",                         {1, 1}, true,  "3.1 3.2 3.3"}));

TEST_F(EventLogTest, EveryReaderIsWokenByANewEvent) {
    Answer first, second;
    read({}, first);
    read({}, second);
    EXPECT_EQ(ids(first), "waits");
    EXPECT_EQ(log.append("accepted", "{}"), (EventId{3, 1}));
    poll();
    EXPECT_EQ(ids(first), "3.1");
    EXPECT_EQ(ids(second), "3.1");
    EXPECT_EQ(first->value()[0].type, "accepted");
    EXPECT_EQ(first->value()[0].data, second->value()[0].data) << "the text is shared";
}

TEST_F(EventLogTest, ARestartDropsTheOldEpochAlsoForThoseWhoWait) {
    log.append("delta", "old");
    Answer answer;
    read({3, 1}, answer);
    log.restart(5);
    poll();
    EXPECT_EQ(ids(answer), "waits") << "the new epoch is empty";
    EXPECT_EQ(log.events().size(), 0U);
    EXPECT_EQ(log.bytes(), 0U);
    EXPECT_EQ(log.epoch(), 5);
    EXPECT_EQ(log.append("restarted", "{}"), (EventId{5, 1}));
    poll();
    EXPECT_EQ(ids(answer), "5.1");
    EXPECT_GT(log.bytes(), 0U);
}

TEST_F(EventLogTest, CloseEndsTheWait) {
    Answer answer;
    read({}, answer);
    log.close();
    poll();
    EXPECT_TRUE(log.closed());
    EXPECT_EQ(ids(answer), "");
}

TEST_F(EventLogTest, CancellingEndsTheWait) {
    Answer answer;
    read({}, answer);
    cancels.front().emit(asio::cancellation_type::terminal);
    poll();
    EXPECT_EQ(ids(answer), "cancelled");
}

struct Parsed {
    const char* text;
    std::optional<EventId> id;
};
class EventIdTest : public testing::TestWithParam<Parsed> {};
TEST_P(EventIdTest, Parse) { EXPECT_EQ(EventId::parse(GetParam().text), GetParam().id) << GetParam().text; }
INSTANTIATE_TEST_SUITE_P(EventId, EventIdTest, testing::Values(
    Parsed{"2.17", EventId{2, 17}}, Parsed{"0.0", EventId{}}, Parsed{"", {}}, Parsed{"2", {}}, Parsed{"2.", {}}, Parsed{".17", {}},
    Parsed{"2.17x", {}}, Parsed{"-2.17", {}}, Parsed{"2.-17", {}}, Parsed{" 2.17", {}}, Parsed{"2.1.7", {}},
    Parsed{"99999999999999999999.1", {}}));
}  // namespace
}  // namespace rondo::store
