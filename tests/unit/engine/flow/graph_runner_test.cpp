#include "engine/flow/graph_runner.hpp"

#include "base/async/within.hpp"
#include "unit/engine/flow/known_nodes.hpp"
#include "unit/engine/flow/random_workflow.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <stdexcept>

namespace rondo::flow {
namespace {
using std::chrono::milliseconds;
using namespace std::chrono_literals;

/// What one call of a node does: takes its time, then fails or answers with a label.
struct Step {
    milliseconds takes{0};
    std::optional<Code> fails{};
    std::string label{};
};
using Script = std::map<std::string, std::vector<Step>, std::less<>>;  // by call; a node without steps answers ""

/// Runs graphs on a clock that only the test moves, and writes down what the observer hears.
class Stage : public Observer {
public:
    void node_started(std::string_view node) override { log += "+" + std::string{node} + " "; }
    void node_finished(const NodeReport& report) override {
        log += "-" + std::string{report.node} + ":" + std::string{name(report.status)} + " ";
        if (report.attempts != 1) log += "x" + std::to_string(report.attempts) + " ";
        if (report.status == NodeStatus::ok || report.status == NodeStatus::fallback) labels[std::string{report.node}] = report.label;
        durations[std::string{report.node}] = std::chrono::duration_cast<milliseconds>(report.duration);
        if (report.error) errors[std::string{report.node}] = report.error->code;
    }

    NodeFunction play(Script script) {
        return
            [this, script = std::make_shared<Script>(std::move(script))](NodeCall call, CallContext ctx) { return act(script, call, ctx); };
    }

    /// Starts `run`; drain() or advance() carries it on.
    void start(GraphRun& run, NodeFunction function, CallContext ctx = {}) {
        asio::co_spawn(io_, runner_.run(run, std::move(function), *this, ctx),
                       asio::bind_cancellation_slot(stop_.slot(), [this](std::exception_ptr error, Status status) {
                           thrown = error;
                           result = std::move(status);
                           alive_at_end = alive;
                       }));
        poll();
    }
    void cancel() {
        stop_.emit(asio::cancellation_type::terminal);
        poll();
    }
    void advance(milliseconds by) {
        clock_.advance(by);
        poll();
    }
    /// Moves time until the run is over.
    void drain() {
        for (int i = 0; i < 60'000 && !result; ++i) advance(1ms);
        ASSERT_TRUE(result) << "the run does not end: " << log;
    }
    Status run_all(const std::string& members, Script script, CallContext ctx = {}) {
        const auto graph = compile(*parse_workflow(R"({"name":"w",)" + members + "}"), kKnown);
        GraphRun run{*graph};
        start(run, play(std::move(script)), ctx);
        drain();
        return result.value_or(fail(Code::internal, "the run does not end"));
    }
    [[nodiscard]] TimePoint now() const { return Clock::now(); }

    std::string log;
    std::map<std::string, std::string> labels;
    std::map<std::string, milliseconds> durations;
    std::map<std::string, Code> errors;
    std::vector<NodeCall> calls;
    std::optional<Status> result;
    std::exception_ptr thrown;
    int alive{0};  // node functions that have begun and not ended
    int alive_at_end{0};

private:
    asio::awaitable<Result<Outcome>> act(std::shared_ptr<Script> script, NodeCall call, CallContext) {
        struct Count {
            int& count;
            explicit Count(int& of) : count{of} { ++count; }
            ~Count() { --count; }
        } counted{alive};
        calls.push_back(call);
        const auto steps = script->find(call.node);
        const auto nth = static_cast<std::size_t>(call.attempt);
        const Step step = steps != script->end() && nth < steps->second.size() ? steps->second[nth] : Step{};
        if (step.takes > 0ms) {
            const auto paused = co_await pause(step.takes);
            if (!paused) co_return propagate(paused);
        }
        if (step.fails) co_return fail(*step.fails, "as scripted");
        co_return Outcome{.label = step.label};
    }

    /// Asio looks at its timers when the kernel's timer fires; one that is due long since makes it look now.
    void poll() {
        bool looked = false;
        Timer due{io_, TimePoint{}};
        due.async_wait([&](const auto&) { looked = true; });
        while (!looked) {
            io_.restart();
            io_.poll();
        }
        io_.restart();
        io_.poll();
    }

    ManualClock clock_;
    asio::cancellation_signal stop_;
    GraphRunner runner_{Rng{7}};
    asio::io_context io_{1};  // last: what a test abandons in it goes first
};

struct Row {
    const char* claim;
    const char* members;
    Script script;
    const char* log;
    std::optional<Code> code;
};

class Runner : public testing::TestWithParam<Row> {};
TEST_P(Runner, TellsTheStory) {
    Stage stage;
    const auto status = stage.run_all(GetParam().members, GetParam().script);
    EXPECT_EQ(stage.log, GetParam().log) << GetParam().claim;
    EXPECT_EQ(status ? std::nullopt : std::optional{status.error().code}, GetParam().code) << GetParam().claim;
    EXPECT_EQ(stage.alive_at_end, 0) << GetParam().claim;
}

constexpr const char* kFan = R"("enabled_nodes":["intent","knowledge","reasoning","npc"],
    "routing_rules":{"intent":["knowledge","reasoning"],"knowledge":["npc"],"reasoning":["npc"]})";

INSTANTIATE_TEST_SUITE_P(Flow, Runner, testing::Values(
    Row{"a line runs node by node", R"("enabled_nodes":["intent","npc"])", {},
        "+intent -intent:ok +npc -npc:ok ", std::nullopt},
    Row{"labels route", R"("enabled_nodes":["intent","npc","coach"],"routing_rules":{"intent":["npc"]},"conditional_routing":{"intent":{"deep":"coach"}})",
        {{"intent", {{.label = "deep"}}}},
        "+intent -intent:ok +coach -coach:ok ", std::nullopt},
    Row{"branches run side by side and join", kFan, {{"knowledge", {{.takes = 20ms}}}, {"reasoning", {{.takes = 10ms}}}},
        "+intent -intent:ok +knowledge +reasoning -reasoning:ok -knowledge:ok +npc -npc:ok ", std::nullopt},
    Row{"branches that never wait join, too", kFan, {},
        "+intent -intent:ok +knowledge -knowledge:ok +reasoning -reasoning:ok +npc -npc:ok ", std::nullopt},
    Row{"a branch may go on while the other waits",
        R"("enabled_nodes":["intent","knowledge","reasoning","npc"],"routing_rules":{"intent":["knowledge","reasoning"],"reasoning":["npc"]})",
        {{"knowledge", {{.takes = 50ms}}}, {"npc", {{.takes = 5ms}}}},
        "+intent -intent:ok +knowledge +reasoning -reasoning:ok +npc -npc:ok -knowledge:ok ", std::nullopt},
    Row{"two branches may both go on",
        R"("enabled_nodes":["intent","knowledge","reasoning","npc","coach"],"routing_rules":{"intent":["knowledge","reasoning"],"reasoning":["npc"],"knowledge":["coach"]})",
        {}, "+intent -intent:ok +knowledge -knowledge:ok +reasoning -reasoning:ok +coach -coach:ok +npc -npc:ok ", std::nullopt},
    Row{"a failed node fails the run", R"("enabled_nodes":["intent","npc"])", {{"intent", {{.fails = Code::not_found}}}},
        "+intent -intent:error ", Code::not_found},
    Row{"the first failure cancels the nodes beside it and waits for them", kFan,
        {{"knowledge", {{.takes = 10ms, .fails = Code::data_loss}}}, {"reasoning", {{.takes = 30s}}}},
        "+intent -intent:ok +knowledge +reasoning -knowledge:error -reasoning:cancelled ", Code::data_loss},
    Row{"a node that cancels itself cancels the run", kFan, {{"knowledge", {{.fails = Code::cancelled}}}, {"reasoning", {{.takes = 30s}}}},
        "+intent -intent:ok +knowledge -knowledge:cancelled +reasoning -reasoning:cancelled ", Code::cancelled},
    Row{"transient failures are retried",
        R"("enabled_nodes":["intent"],"nodes":{"intent":{"retries":5}})",
        {{"intent", {{.fails = Code::unavailable}, {.fails = Code::deadline_exceeded}, {.fails = Code::resource_exhausted}, {.fails = Code::internal}, {}}}},
        "+intent -intent:ok x5 ", std::nullopt},
    Row{"retries end", R"("enabled_nodes":["intent"],"nodes":{"intent":{"retries":1}})",
        {{"intent", {{.fails = Code::unavailable}, {.fails = Code::unavailable}, {}}}},
        "+intent -intent:error x2 ", Code::unavailable},
    Row{"the caller's fault is not retried", R"("enabled_nodes":["intent"],"nodes":{"intent":{"retries":5}})",
        {{"intent", {{.fails = Code::invalid_argument}, {}}}},
        "+intent -intent:error ", Code::invalid_argument},
    Row{"a node that must not matter is skipped", R"("enabled_nodes":["intent","npc"],"nodes":{"intent":{"on_error":"skip"}})",
        {{"intent", {{.fails = Code::internal}}}},
        "+intent -intent:skipped +npc -npc:ok ", std::nullopt},
    Row{"a fallback answers when the retries are used up", R"("enabled_nodes":["intent","npc"],"nodes":{"intent":{"retries":1,"on_error":"fallback"}})",
        {{"intent", {{.fails = Code::internal}, {.fails = Code::internal}}}},
        "+intent -intent:fallback x3 +npc -npc:ok ", std::nullopt},
    Row{"a fallback may fail, too", R"("enabled_nodes":["intent","npc"],"nodes":{"intent":{"on_error":"fallback"}})",
        {{"intent", {{.fails = Code::internal}, {.fails = Code::not_found}}}},
        "+intent -intent:error x2 ", Code::not_found},
    Row{"a refusal is passed on, not routed around", R"("enabled_nodes":["intent","npc"],"nodes":{"intent":{"retries":3,"on_error":"fallback"}})",
        {{"intent", {{.fails = Code::permission_denied}}}},
        "+intent -intent:error ", Code::permission_denied},
    Row{"cancelled is not degraded", R"("enabled_nodes":["intent","npc"],"nodes":{"intent":{"retries":3,"on_error":"skip"}})",
        {{"intent", {{.fails = Code::cancelled}}}},
        "+intent -intent:cancelled ", Code::cancelled},
    Row{"a slow attempt is stopped at the node's deadline and retried", R"("enabled_nodes":["intent"],"nodes":{"intent":{"deadline_ms":100,"retries":1}})",
        {{"intent", {{.takes = 30s}, {.takes = 99ms}}}},
        "+intent -intent:ok x2 ", std::nullopt},
    Row{"a slow node falls back at its deadline", R"("enabled_nodes":["intent"],"nodes":{"intent":{"deadline_ms":100,"on_error":"fallback"}})",
        {{"intent", {{.takes = 30s}}}},
        "+intent -intent:fallback x2 ", std::nullopt},
    Row{"a slow node without either fails the run", R"("enabled_nodes":["intent"],"nodes":{"intent":{"deadline_ms":100}})",
        {{"intent", {{.takes = 30s}}}},
        "+intent -intent:error ", Code::deadline_exceeded}));

TEST(GraphRunner, BranchesTakeAsLongAsTheLongest) {
    Stage stage;
    const TimePoint began = stage.now();
    ASSERT_TRUE(stage.run_all(kFan, {{"knowledge", {{.takes = 40ms}}}, {"reasoning", {{.takes = 30ms}}}, {"npc", {{.takes = 5ms}}}}));
    EXPECT_EQ(stage.now() - began, 45ms);
    EXPECT_EQ(stage.durations,
              (std::map<std::string, milliseconds>{{"intent", 0ms}, {"knowledge", 40ms}, {"reasoning", 30ms}, {"npc", 5ms}}));
}

TEST(GraphRunner, TheObserverHearsLabelsAndWhatWasOvercome) {
    Stage stage;
    ASSERT_TRUE(stage.run_all(R"("enabled_nodes":["intent","npc"],"nodes":{"intent":{"on_error":"skip"}})",
                              {{"intent", {{.fails = Code::data_loss, .label = "lost"}}}, {"npc", {{.label = "said"}}}}));
    EXPECT_EQ(stage.labels, (std::map<std::string, std::string>{{"npc", "said"}}));
    EXPECT_EQ(stage.errors, (std::map<std::string, Code>{{"intent", Code::data_loss}}));
}

TEST(GraphRunner, AttemptsAreCountedAndTheFallbackIsMarked) {
    Stage stage;
    ASSERT_TRUE(stage.run_all(R"("enabled_nodes":["intent"],"nodes":{"intent":{"retries":1,"on_error":"fallback"}})",
                              {{"intent", {{.fails = Code::internal}, {.fails = Code::internal}}}}));
    ASSERT_EQ(stage.calls.size(), 3U);
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(stage.calls[i].attempt, i);
        EXPECT_EQ(stage.calls[i].fallback, i == 2);
    }
}

TEST(GraphRunner, NoRetryIsBegunThatNobodyWouldWaitFor) {
    Stage stage;
    const auto status = stage.run_all(R"("enabled_nodes":["intent"],"nodes":{"intent":{"retries":5}})",
                                      {{"intent", {{.takes = 10ms, .fails = Code::unavailable}, {}}}}, CallContext{}.within(10ms));
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, Code::unavailable);
    EXPECT_EQ(stage.calls.size(), 1U);
}

TEST(GraphRunner, PausesBeforeRetriesAreBoundedAndNotAllAlike) {
    std::set<milliseconds> seen;
    Stage stage;
    for (int i = 0; i < 20; ++i) {
        stage.result.reset();
        ASSERT_TRUE(stage.run_all(R"("enabled_nodes":["intent"],"nodes":{"intent":{"retries":2}})",
                                  {{"intent", {{.fails = Code::unavailable}, {.fails = Code::unavailable}}}}));
        EXPECT_LE(stage.durations["intent"], 50ms + 100ms + 2ms);
        seen.insert(stage.durations["intent"]);
    }
    EXPECT_GT(seen.size(), 5U);
}

TEST(GraphRunner, GoesOnWithARestoredRun) {
    Stage stage;
    const auto graph = compile(*parse_workflow(R"({"name":"w","enabled_nodes":["intent","knowledge","npc"]})"), kKnown);
    GraphRun run{*graph};
    const std::vector<FinishedNode> finished{{"intent", ""}};
    ASSERT_TRUE(run.restore(finished));
    stage.start(run, stage.play({}));
    ASSERT_TRUE(stage.result && *stage.result);
    EXPECT_EQ(stage.log, "+knowledge -knowledge:ok +npc -npc:ok ");
}

/// Whenever the caller gives up, the run answers `cancelled` once everything it began has ended.
TEST(GraphRunner, CancelledAtAnyInstantItAwaitsAllItsNodes) {
    const auto graph = compile(*parse_workflow(R"({"name":"w","enabled_nodes":["intent","knowledge","reasoning","npc","coach"],
        "routing_rules":{"intent":["knowledge","reasoning","coach"],"knowledge":["npc"],"reasoning":["npc"]},
        "nodes":{"knowledge":{"deadline_ms":1000,"retries":3,"on_error":"fallback"},"coach":{"on_error":"skip","retries":5}}})"),
                               kKnown);
    ASSERT_TRUE(graph);
    const Script script{{"intent", {{.takes = 10ms}}},
                        {"knowledge", {{.takes = 10ms, .fails = Code::unavailable}, {.takes = 10ms}}},
                        {"reasoning", {{.takes = 15ms}}},
                        {"coach", {{.takes = 5ms, .fails = Code::internal}, {.takes = 5ms, .fails = Code::internal}, {.takes = 1ms}}},
                        {"npc", {{.takes = 10ms}}}};
    bool completed = false;
    for (int instant = 0; !completed; ++instant) {
        ASSERT_LT(instant, 1'000);
        SCOPED_TRACE(testing::Message() << "cancelled after " << instant << " ms");
        Stage stage;
        GraphRun run{*graph};
        stage.start(run, stage.play(script));
        for (int i = 0; i < instant; ++i) stage.advance(1ms);
        completed = stage.result.has_value();
        stage.cancel();
        ASSERT_TRUE(stage.result) << "no time passes between giving up and being told so: " << stage.log;
        EXPECT_EQ(stage.result->has_value(), completed);
        if (!completed) EXPECT_EQ(stage.result->error().code, Code::cancelled);
        EXPECT_EQ(stage.alive_at_end, 0) << stage.log;
        EXPECT_EQ(std::ranges::count(stage.log, '+'), std::ranges::count(stage.log, '-')) << "what was started was finished: " << stage.log;
    }
}

TEST(GraphRunner, ACancelledRunStartsNothingMore) {
    Stage stage;
    const auto graph = compile(*parse_workflow(R"({"name":"w","enabled_nodes":["intent","npc"]})"), kKnown);
    GraphRun run{*graph};
    // A node that finishes its work although it has been told to stop.
    stage.start(run, [](NodeCall, CallContext) -> asio::awaitable<Result<Outcome>> {
        (void)co_await pause(10ms);
        co_return Outcome{};
    });
    stage.cancel();
    ASSERT_TRUE(stage.result);
    ASSERT_FALSE(*stage.result);
    EXPECT_EQ(stage.result->error().code, Code::cancelled);
    EXPECT_EQ(stage.log, "+intent -intent:ok ");
}

/// A node that calls being stopped a failure of its own is neither retried nor replaced, and its story is not believed.
TEST(GraphRunner, ACancelledNodeIsNotHelped) {
    for (const char* settings : {R"({"retries":5})", R"({"on_error":"fallback"})", R"({"on_error":"skip"})", "{}"}) {
        SCOPED_TRACE(settings);
        Stage stage;
        const auto graph = compile(
            *parse_workflow(std::string{R"({"name":"w","enabled_nodes":["intent","npc"],"nodes":{"intent":)"} + settings + "}}"), kKnown);
        GraphRun run{*graph};
        int calls = 0;
        stage.start(run, [&calls](NodeCall, CallContext) -> asio::awaitable<Result<Outcome>> {
            ++calls;
            (void)co_await pause(10ms);
            co_return fail(Code::unavailable, "the connection was closed");
        });
        stage.cancel();
        ASSERT_TRUE(stage.result) << stage.log;
        ASSERT_FALSE(*stage.result);
        EXPECT_EQ(stage.result->error().code, Code::cancelled);
        EXPECT_EQ(stage.log, "+intent -intent:cancelled ");
        EXPECT_EQ(calls, 1);
    }
}

TEST(GraphRunner, AnExceptionComesOutOnceTheOthersHaveEnded) {
    Stage stage;
    const auto graph = compile(*parse_workflow(std::string{R"({"name":"w",)"} + kFan + "}"), kKnown);
    GraphRun run{*graph};
    const auto others = stage.play({{"reasoning", {{.takes = 30s}}}});
    stage.start(run, [others](NodeCall call, CallContext ctx) -> asio::awaitable<Result<Outcome>> {
        if (call.node != "knowledge") co_return co_await others(call, ctx);
        (void)co_await pause(5ms);
        throw std::runtime_error{"a defect"};
    });
    stage.drain();
    ASSERT_TRUE(stage.thrown);
    EXPECT_THROW(std::rethrow_exception(stage.thrown), std::runtime_error);
    EXPECT_EQ(stage.alive_at_end, 0);
    EXPECT_EQ(stage.log, "+intent -intent:ok +knowledge +reasoning -reasoning:cancelled ");
}

/// A server that stops in the middle of a run destroys its coroutines with the executor; sanitizers watch.
TEST(GraphRunner, MayBeAbandonedWithItsExecutor) {
    const auto graph =
        compile(*parse_workflow(std::string{R"({"name":"w",)"} + kFan + R"(,"nodes":{"knowledge":{"deadline_ms":1000}}})"), kKnown);
    GraphRun run{*graph};
    {
        Stage stage;
        stage.start(run, stage.play({{"knowledge", {{.takes = 30s}}}, {"reasoning", {{.takes = 30s}}}}));
        EXPECT_EQ(stage.log, "+intent -intent:ok +knowledge +reasoning ");
        EXPECT_FALSE(stage.result);
    }
    EXPECT_FALSE(run.done());
}

TEST(RandomRunnerRuns, MatchTheReference) {
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        SCOPED_TRACE(testing::Message() << "seed " << seed);
        const RandomCase made{seed};
        const auto graph = compile(made.workflow, made.known());
        ASSERT_TRUE(graph);
        Rng rng{seed};
        Script script;
        for (const auto& [node, label] : made.labels) script[node] = {{.takes = milliseconds{rng.below(6)}, .label = label}};
        Stage stage;
        GraphRun run{*graph};
        for (const std::string& node : made.disabled) run.disable(*graph->find(node));
        stage.start(run, stage.play(script));
        stage.drain();
        ASSERT_TRUE(stage.result && *stage.result);
        std::set<std::string> visited;
        for (const NodeCall& call : stage.calls) EXPECT_TRUE(visited.emplace(call.node).second) << call.node << " is visited at most once";
        EXPECT_EQ(visited, made.runs);
        for (const auto& [node, before] : made.waits_for) {
            for (const std::string& earlier : before) {
                if (!made.runs.contains(node)) continue;
                EXPECT_LT(stage.log.find("-" + earlier + ":"), stage.log.find("+" + node + " ")) << node << " waits for " << earlier;
            }
        }
    }
}

TEST(NodeStatus, IsSpelledAsInMetrics) {
    EXPECT_EQ(name(NodeStatus::ok), "ok");
    EXPECT_EQ(name(NodeStatus::error), "error");
    EXPECT_EQ(name(NodeStatus::skipped), "skipped");
    EXPECT_EQ(name(NodeStatus::fallback), "fallback");
    EXPECT_EQ(name(NodeStatus::cancelled), "cancelled");
}
}  // namespace
}  // namespace rondo::flow
