#include "base/async/within.hpp"
#include "base/text/token_counter.hpp"
#include "pack_fixture.hpp"
#include "talk/scenario/rehearsal_model.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <set>

namespace rondo::scenario {
namespace {
using namespace std::chrono_literals;

class RehearsalModelTest : public testing::Test {
protected:
    RehearsalModelTest() : pack_{folder_.load()} {}

    RehearsalModel model(RehearsalModel::Config config = {}) {
        return RehearsalModel{config, [this](std::string_view id, std::uint64_t) { return id == pack_->id() ? pack_ : nullptr; }};
    }
    static llm::ModelRequest request(int turn, std::string intent = "hello") {
        llm::ModelRequest request;
        request.cue.session_id = "s1";
        request.cue.turn = turn;
        request.cue.pack = "tiny";
        request.cue.stage = "start";
        request.cue.intent = std::move(intent);
        request.messages = {{llm::Message::Role::user, "hello there"}};
        return request;
    }
    /// Keeps the deltas; fails with `sink_error` at the delta `fail_at`.
    llm::DeltaSink sink() {
        return [this](llm::Delta delta) -> asio::awaitable<Status> {
            if (static_cast<int>(deltas_.size()) == fail_at_) co_return fail(Code::unavailable, "reader gone");
            deltas_.push_back(std::move(delta.text));
            if (static_cast<int>(deltas_.size()) == cancel_at_) cancel_.emit(asio::cancellation_type::terminal);
            co_return Status{};
        };
    }
    Result<llm::Completion> run(RehearsalModel model, llm::ModelRequest request, CallContext ctx = {}) {
        asio::io_context io;
        std::optional<Result<llm::Completion>> result;
        asio::co_spawn(
            io, [&]() -> asio::awaitable<void> { result = co_await model.complete(std::move(request), sink(), ctx); },
            asio::bind_cancellation_slot(cancel_.slot(), [](std::exception_ptr thrown) { EXPECT_FALSE(thrown); }));
        io.run();
        return std::move(result.value());
    }
    std::string joined() const {
        std::string text;
        for (const auto& delta : deltas_) text += delta;
        return text;
    }

    PackFolder folder_;
    std::shared_ptr<const ScenarioPack> pack_;
    std::vector<std::string> deltas_;
    asio::cancellation_signal cancel_;
    int fail_at_{-1};
    int cancel_at_{-1};
};

TEST_F(RehearsalModelTest, IsAFunctionOfItsRequest) {
    std::set<std::string> over_seeds;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        auto asked = request(1);
        asked.cue.seed = seed;
        const auto first = run(model(), asked);
        const auto second = run(model(), asked);
        ASSERT_TRUE(first && second);
        EXPECT_EQ(first->text, second->text);
        over_seeds.insert(first->text);
    }
    EXPECT_EQ(over_seeds, (std::set<std::string>{"Good day Sam.", "You again?"})) << "the line with a source needs one";
    EXPECT_NE(run(model(), request(1))->text, run(model(), request(2))->text) << "the next turn says it otherwise";
}

TEST_F(RehearsalModelTest, SaysWhatItIsAndWhatItUsed) {
    auto asked = request(1);
    asked.sources = {"Tea is made from leaves and hot water."};
    asked.messages.push_back({llm::Message::Role::assistant, "You again?"});
    asked.messages.push_back({llm::Message::Role::user, "what is tea made from"});
    const auto done = run(model(), asked);
    ASSERT_TRUE(done);
    EXPECT_EQ(model().name(), "rehearsal-1");
    EXPECT_EQ(done->model, "rehearsal");
    EXPECT_EQ(done->finish_reason, "stop");
    EXPECT_EQ(done->text, joined());
    const text::TokenCounter counter;
    EXPECT_EQ(done->usage.output, counter.count(done->text));
    EXPECT_EQ(done->usage.input, counter.count("hello there") + counter.count("You again?") + counter.count("what is tea made from") +
                                     counter.count(asked.sources[0]));
}

TEST_F(RehearsalModelTest, WeavesInTheSourceWhenTheOthersWereSaid) {
    auto asked = request(3);
    asked.sources = {"Tea is made from leaves and hot water."};
    asked.messages = {{llm::Message::Role::assistant, "Good day Sam."},
                      {llm::Message::Role::assistant, "You again?"},
                      {llm::Message::Role::user, "tea?"}};
    EXPECT_EQ(run(model(), asked)->text, "The book says: Tea is made from leaves and hot water.");
}

TEST_F(RehearsalModelTest, TakesOverriddenSlotsAndUnknownIntents) {
    auto asked = request(1, "bye");
    asked.cue.slots = {{"topic", "coffee"}};
    asked.messages = {{llm::Message::Role::assistant, "So long."}, {llm::Message::Role::user, "x"}};
    EXPECT_EQ(run(model(), asked)->text, "Leave coffee for now.");
    EXPECT_EQ(run(model(), request(1, ""))->text, "What do you mean?");
    EXPECT_EQ(run(model(), request(1, std::string{kOutOfScope}))->text, "What do you mean?");
}

TEST_F(RehearsalModelTest, StreamsOneTokenADeltaWhenPaced) {
    const auto done = run(model({.delta_pace = 1ms}), request(1));
    ASSERT_TRUE(done);
    EXPECT_GT(deltas_.size(), 1U);
    EXPECT_EQ(static_cast<std::int64_t>(deltas_.size()), done->usage.output.count);
    EXPECT_EQ(joined(), done->text);
}

TEST_F(RehearsalModelTest, SendsFewLargeDeltasWhenNotPaced) {
    ASSERT_TRUE(run(model(), request(1)));
    EXPECT_EQ(deltas_.size(), 1U);
}

TEST_F(RehearsalModelTest, StopsWhenTheReaderFails) {
    fail_at_ = 0;
    const auto done = run(model(), request(1));
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Code::unavailable);
}

TEST_F(RehearsalModelTest, StopsWhenCancelledInMidStream) {
    cancel_at_ = 2;
    const auto done = run(model({.delta_pace = 1ms}), request(1));
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Code::cancelled);
    EXPECT_EQ(deltas_.size(), 2U) << "nothing after the cancellation";
}

TEST_F(RehearsalModelTest, KeepsToTheDeadline) {
    ManualClock clock;
    CallContext late;
    late.deadline = Clock::now();
    EXPECT_EQ(run(model(), request(1), late).error().code, Code::deadline_exceeded);
    EXPECT_TRUE(deltas_.empty());
}

TEST_F(RehearsalModelTest, NamesAnUnknownPack) {
    auto asked = request(1);
    asked.cue.pack = "absent";
    EXPECT_EQ(run(model(), asked).error().code, Code::not_found);
}

TEST(RehearsalConfig, DescribesItsFields) {
    struct {
        std::vector<std::string> names;
        void field(std::string_view name, std::chrono::milliseconds&, Reload, std::string_view,
                   DurationRange<std::chrono::nanoseconds::rep, std::nano>) {
            names.emplace_back(name);
        }
        void field(std::string_view name, std::int64_t&, Reload, std::string_view, Range) { names.emplace_back(name); }
    } visitor;
    RehearsalModel::Config config;
    describe(visitor, config);
    EXPECT_EQ(visitor.names, (std::vector<std::string>{"delta_pace_ms", "seed"}));
}
}  // namespace
}  // namespace rondo::scenario
