#include "talk/agent/nodes.hpp"

#include "talk/scenario/prompt.hpp"

#include <algorithm>

namespace rondo::agent {
namespace {
/// Below this a message ("hi", "嗯") holds nothing to look up.
constexpr std::size_t kMinQueryCodePoints = 3;

std::vector<std::string_view> user_texts(const TurnFacts& facts) {
    std::vector<std::string_view> texts;
    texts.reserve(facts.history.size() + 1);
    for (const auto& past : facts.history) texts.push_back(past->user);
    texts.push_back(facts.user_message);
    return texts;
}

std::vector<std::string_view> past_texts(const TurnFacts& facts, std::string PastTurn::* member) {
    std::vector<std::string_view> texts;
    texts.reserve(facts.history.size());
    for (const auto& past : facts.history) {
        if (const std::string& text = (*past).*member; !text.empty()) texts.push_back(text);
    }
    return texts;
}

std::string intent_of(const Board& board) { return board.intent ? board.intent->intent : std::string{}; }
}  // namespace

asio::awaitable<Result<Outcome>> Intent::run(const NodeInput& input, CallContext) const {
    if (input.fallback) co_return IntentOutcome{.intent = std::string{scenario::kOutOfScope}, .confidence = 0, .wants_knowledge = true};
    const auto found = input.facts.intents.classify(input.facts.user_message);
    IntentOutcome outcome;
    outcome.intent = found.out_of_scope ? std::string{scenario::kOutOfScope} : std::string{found.intent};
    outcome.confidence = found.confidence;
    outcome.wants_knowledge = scenario::code_points(input.facts.user_message) >= kMinQueryCodePoints;
    co_return outcome;
}

asio::awaitable<Result<Outcome>> Knowledge::run(const NodeInput& input, CallContext) const {
    KnowledgeOutcome outcome;
    for (const auto& hit : input.facts.pack.knowledge().search(input.facts.user_message, kSources)) {
        const auto& document = input.facts.pack.documents()[hit.doc];
        outcome.sources.push_back({document.id, document.title, document.text, hit.score});
    }
    co_return outcome;
}

asio::awaitable<Result<Outcome>> Npc::run(const NodeInput& input, CallContext ctx) const {
    if (input.fallback) {
        const auto said = past_texts(input.facts, &PastTurn::npc);
        const auto texts = user_texts(input.facts);
        NpcOutcome outcome;
        outcome.text =
            input.facts.pack.fallback_line({.stage = input.facts.stage,
                                            .pick = {input.facts.session_id, static_cast<int>(input.facts.turn), input.facts.seed, said},
                                            .user_texts = texts});
        outcome.model = "fallback";
        outcome.finish_reason = "fallback";
        const auto sent = co_await input.deltas({outcome.text});
        if (!sent) co_return propagate(sent);
        co_return outcome;
    }
    auto answer = co_await model_.complete(model_request(input.facts, input.board), input.deltas, ctx);
    if (!answer) co_return propagate(answer);
    co_return NpcOutcome{.text = std::move(answer->text),
                         .usage = answer->usage,
                         .model = std::move(answer->model),
                         .finish_reason = std::move(answer->finish_reason),
                         .target = std::move(answer->target),
                         .rung = std::move(answer->rung),
                         .attempts = static_cast<std::int64_t>(answer->attempts.size())};
}

asio::awaitable<Result<Outcome>> Coach::run(const NodeInput& input, CallContext) const {
    const auto& facts = input.facts;
    const auto said = past_texts(facts, &PastTurn::advice);
    const auto intents = past_texts(facts, &PastTurn::intent);
    const std::string intent = intent_of(input.board);
    auto advice = facts.pack.coach({.user_text = facts.user_message,
                                    .intent = intent,
                                    .stage = facts.stage,
                                    .pick = {facts.session_id, static_cast<int>(facts.turn), facts.seed, said},
                                    .earlier_intents = intents});
    co_return CoachOutcome{std::move(advice.text), std::move(advice.rules)};
}

asio::awaitable<Result<Outcome>> Compliance::run(const NodeInput& input, CallContext) const {
    const std::string_view answer = input.board.npc ? std::string_view{input.board.npc->text} : std::string_view{};
    co_return ComplianceOutcome{input.facts.pack.check(input.facts.user_message, answer)};
}

NodeSet::NodeSet(llm::Model& model) {
    nodes_.push_back(std::make_unique<Intent>());
    nodes_.push_back(std::make_unique<Knowledge>());
    nodes_.push_back(std::make_unique<Npc>(model));
    nodes_.push_back(std::make_unique<Coach>());
    nodes_.push_back(std::make_unique<Compliance>());
}

void NodeSet::set(std::unique_ptr<Node> node) {
    std::erase_if(nodes_, [&](const auto& present) { return present->name() == node->name(); });
    nodes_.push_back(std::move(node));
}

const Node* NodeSet::find(std::string_view name) const {
    const auto found = std::ranges::find_if(nodes_, [name](const auto& node) { return node->name() == name; });
    return found == nodes_.end() ? nullptr : found->get();
}

llm::ModelRequest model_request(const TurnFacts& facts, const Board& board) {
    llm::ModelRequest request;
    request.system.push_back({facts.pack.persona_prompt()});
    if (auto stage = facts.pack.stage_prompt(facts.stage)) request.system.push_back({std::move(stage), false});
    if (!facts.persona_name.empty() || !facts.persona_role.empty()) {
        auto names = scenario::name_prompt(facts.pack.language(), facts.persona_name, facts.persona_role);
        request.system.push_back({std::make_shared<const std::string>(std::move(names)), false});
    }
    request.purpose = {.session = facts.session_id,
                       .scenario = facts.pack.id(),
                       .node = "npc",
                       .decision_id = facts.decision_id,
                       .receipt = facts.receipt};
    request.cue.session_id = facts.session_id;
    request.cue.turn = static_cast<int>(facts.turn);
    request.cue.seed = facts.seed;
    request.cue.pack = facts.pack.id();
    request.cue.pack_version = facts.pack.content_hash();
    request.cue.stage = facts.stage;
    request.cue.intent = intent_of(board);
    request.language = facts.pack.language();
    request.use_fallback = facts.use_fallback;
    request.messages.reserve(2 * facts.history.size() + 1);
    for (const auto& past : facts.history) {
        request.messages.push_back({llm::Message::Role::user, past->user});
        request.messages.push_back({llm::Message::Role::assistant, past->npc});
    }
    request.messages.push_back({llm::Message::Role::user, facts.user_message});
    for (const auto& rival : facts.rivals) {
        if (rival->user == facts.user_message) request.cue.rejected.push_back(rival->npc);
    }
    if (board.knowledge) {
        for (const auto& source : board.knowledge->sources) request.sources.push_back(source.text);
    }
    if (!facts.persona_name.empty()) request.cue.slots["persona_name"] = facts.persona_name;
    if (!facts.persona_role.empty()) request.cue.slots["persona_role"] = facts.persona_role;
    return request;
}
}  // namespace rondo::agent
