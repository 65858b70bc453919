#include "talk/agent/nodes.hpp"

#include "unit/talk/scenario/pack_fixture.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <optional>

namespace rondo::agent {
namespace {
/// Says what it was asked, in two pieces.
class EchoModel final : public llm::Model {
public:
    [[nodiscard]] std::string_view name() const override { return "echo"; }
    asio::awaitable<Result<llm::Completion>> complete(llm::ModelRequest request, llm::DeltaSink sink, CallContext) override {
        asked = std::move(request);
        for (const char* piece : {"so ", "be it"}) {
            const auto sent = co_await sink({piece});
            if (!sent) co_return propagate(sent);
        }
        co_return llm::Completion{.text = "so be it", .usage = {Tokens{5}, Tokens{3}, {}, {}}, .model = "echo", .finish_reason = "stop"};
    }
    std::optional<llm::ModelRequest> asked;
};

class NodesTest : public testing::Test {
protected:
    Result<Outcome> run(const Node& node, bool fallback = false) {
        const llm::DeltaSink sink = [this](llm::Delta delta) -> asio::awaitable<Status> {
            if (refuse_deltas) co_return fail(Code::cancelled, "gone");
            streamed += delta.text;
            co_return Status{};
        };
        const NodeInput input{.facts = facts, .board = board, .deltas = sink, .fallback = fallback};
        std::optional<Result<Outcome>> result;
        auto keep = [](const Node& of, const NodeInput& in, std::optional<Result<Outcome>>& out) -> asio::awaitable<void> {
            out.emplace(co_await of.run(in, {}));
        };
        asio::io_context io;
        asio::co_spawn(io, keep(node, input, result), [](const std::exception_ptr& thrown) { EXPECT_FALSE(thrown); });
        io.run();
        return std::move(*result);
    }
    template <class T>
    T get(const Node& node) {
        auto result = run(node);
        EXPECT_TRUE(result && std::holds_alternative<T>(*result));
        return result ? std::get<T>(std::move(*result)) : T{};
    }

    scenario::PackFolder folder;
    std::shared_ptr<const scenario::ScenarioPack> pack = folder.load();
    scenario::IntentModel intents = *scenario::IntentModel::load_or_train(*pack, {});
    TurnFacts facts{.pack = *pack,
                    .intents = intents,
                    .session_id = "s",
                    .turn = 2,
                    .seed = 1,
                    .stage = "start",
                    .user_message = "hello",
                    .persona_name = {},
                    .persona_role = {},
                    .history = {std::make_shared<const PastTurn>(
                        PastTurn{.number = 1, .user = "hi", .npc = "Good day.", .intent = "hello", .advice = "Ask."})}};
    Board board;
    std::string streamed;
    bool refuse_deltas{false};
};

TEST_F(NodesTest, IntentNamesThePacksIntent) {
    const auto found = get<IntentOutcome>(Intent{});
    EXPECT_EQ(found.intent, "hello");
    EXPECT_EQ(found.confidence, 1) << "one of the pack's own examples";
    EXPECT_TRUE(found.wants_knowledge);
}

TEST_F(NodesTest, AMessageOfTwoCharactersHoldsNothingToLookUp) {
    facts.user_message = "你好";
    EXPECT_FALSE(get<IntentOutcome>(Intent{}).wants_knowledge);
    facts.user_message = "你好吗";
    EXPECT_TRUE(get<IntentOutcome>(Intent{}).wants_knowledge);
}

TEST_F(NodesTest, KnowledgeFindsThePassage) {
    facts.user_message = "what is tea made from?";
    const auto found = get<KnowledgeOutcome>(Knowledge{});
    ASSERT_FALSE(found.sources.empty());
    EXPECT_NE(found.sources[0].text.find("hot water"), std::string::npos);
    EXPECT_GT(found.sources[0].score, 0);
    facts.user_message = "zzz";
    EXPECT_TRUE(get<KnowledgeOutcome>(Knowledge{}).sources.empty());
}

TEST_F(NodesTest, TheModelIsAskedWithAllThatIsKnown) {
    board.intent = IntentOutcome{"hello", 1, true};
    board.knowledge = KnowledgeOutcome{{{"tea", "Tea", "Tea is leaves.", 1}}};
    facts.persona_name = "Bob";
    EchoModel model;
    const auto said = get<NpcOutcome>(Npc{model});
    EXPECT_EQ(said, (NpcOutcome{"so be it", {Tokens{5}, Tokens{3}, {}, {}}, "echo", "stop"}));
    EXPECT_EQ(streamed, "so be it");
    ASSERT_TRUE(model.asked);
    EXPECT_EQ(model.asked->cue.pack, "tiny");
    EXPECT_EQ(model.asked->cue.turn, 2);
    EXPECT_EQ(model.asked->cue.stage, "start");
    EXPECT_EQ(model.asked->cue.intent, "hello");
    EXPECT_EQ(model.asked->sources, std::vector<std::string>{"Tea is leaves."});
    EXPECT_EQ(model.asked->cue.slots, (std::map<std::string, std::string>{{"persona_name", "Bob"}}));
    ASSERT_EQ(model.asked->system.size(), 3U) << "the persona, the stage, the session's own name";
    EXPECT_EQ(model.asked->system[0].text, pack->persona_prompt()) << "shared, not copied";
    EXPECT_TRUE(model.asked->system[0].fixed);
    EXPECT_FALSE(model.asked->system[1].fixed);
    EXPECT_EQ(*model.asked->system[2].text, "In this conversation your name is Bob.\n");
    ASSERT_EQ(model.asked->messages.size(), 3U);
    EXPECT_EQ(model.asked->messages[1].role, llm::Message::Role::assistant);
    EXPECT_EQ(model.asked->messages[2].text, "hello");
}

TEST_F(NodesTest, TheFallbackNeedsNoModel) {
    EchoModel model;
    const auto said = run(Npc{model}, true);
    ASSERT_TRUE(said);
    EXPECT_FALSE(model.asked);
    EXPECT_EQ(streamed, "One moment.");
    EXPECT_EQ(label(*said), "fallback");
    EXPECT_EQ(std::get<NpcOutcome>(*said).usage, ledger::Usage{}) << "it costs nothing";
}

TEST_F(NodesTest, AListenerThatRefusesEndsTheAnswer) {
    refuse_deltas = true;
    EchoModel model;
    for (const bool fallback : {false, true}) {
        const auto said = run(Npc{model}, fallback);
        ASSERT_FALSE(said);
        EXPECT_EQ(said.error().code, Code::cancelled);
    }
}

TEST_F(NodesTest, TheCoachSpeaksByItsRules) {
    board.intent = IntentOutcome{"hello", 1, true};
    const auto advice = get<CoachOutcome>(Coach{});
    EXPECT_EQ(advice.rules, std::vector<std::string>{"short"});
    EXPECT_EQ(advice.text, "Say more about your topic.");
}

TEST_F(NodesTest, ComplianceWeighsMessageAndAnswer) {
    EXPECT_EQ(label(Outcome{get<ComplianceOutcome>(Compliance{})}), "LOW");
    board.npc = NpcOutcome{"take this bribe", {}, "echo", "stop"};
    const auto weighed = get<ComplianceOutcome>(Compliance{});
    ASSERT_EQ(weighed.report.hits.size(), 1U);
    EXPECT_TRUE(weighed.report.hits[0].in_answer);
    EXPECT_EQ(weighed.report.risk_level, scenario::Risk::block);
}

TEST_F(NodesTest, ANodeIsReplacedByItsName) {
    struct Deaf final : Node {
        [[nodiscard]] std::string_view name() const override { return "intent"; }
        asio::awaitable<Result<Outcome>> run(const NodeInput&, CallContext) const override { co_return fail(Code::unavailable, "deaf"); }
    };
    EchoModel model;
    NodeSet nodes{model};
    for (const auto& type : scenario::kNodes) EXPECT_TRUE(nodes.find(type.name)) << type.name;
    EXPECT_FALSE(nodes.find("oracle"));
    nodes.set(std::make_unique<Deaf>());
    EXPECT_FALSE(run(*nodes.find("intent")));
}
}  // namespace
}  // namespace rondo::agent
