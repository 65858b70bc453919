#include "talk/scenario/rehearsal.hpp"
#include "talk/scenario/review.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <set>

/// The packs we ship, held to what a conversation needs.
namespace rondo::scenario {
namespace {
struct Shipped {
    std::shared_ptr<const ScenarioPack> pack;
    std::shared_ptr<const IntentModel> intents;
};

const Shipped& shipped(const std::string& id) {
    static std::map<std::string, Shipped> packs;
    auto& entry = packs[id];
    if (!entry.pack) {
        auto pack = ScenarioPack::load(std::filesystem::path{RONDO_SOURCE_DIR} / "scenarios" / id);
        if (!pack) {
            for (const Fault& fault : pack.error().faults) ADD_FAILURE() << fault.path << ": " << fault.message;
        }
        entry.pack = pack.value();
        entry.intents = std::make_shared<const IntentModel>(IntentModel::load_or_train(*entry.pack, {}).value());
    }
    return entry;
}

/// A run of Latin text between two ideographs with a space on one side only, or nothing.
std::string lopsided(std::string_view text) {
    const auto ideograph = [](char lead) { return lead >= '\xE4' && lead <= '\xE9'; };
    for (std::size_t begin = 3; begin < text.size(); ++begin) {
        if (static_cast<unsigned char>(text[begin]) >= 0x80 || static_cast<unsigned char>(text[begin - 1]) < 0x80) continue;
        std::size_t end = begin;
        while (end < text.size() && static_cast<unsigned char>(text[end]) < 0x80) ++end;
        const bool between = ideograph(text[begin - 3]) && end < text.size() && ideograph(text[end]);
        if (between && (text[begin] == ' ') != (text[end - 1] == ' ')) return std::string{text.substr(begin - 3, end - begin + 6)};
    }
    return {};
}

class ShippedPack : public testing::TestWithParam<const char*> {};

TEST_P(ShippedPack, ItsTranscriptsWalkThroughEveryStageWithoutRepeating) {
    const Shipped& s = shipped(GetParam());
    ASSERT_FALSE(s.pack->transcripts().empty());
    for (const Transcript& transcript : s.pack->transcripts()) {
        ASSERT_EQ(transcript.lines.size(), 12U);
        for (const char* session : {"a", "b", "c", "d", "e"}) {
            const auto turns = rehearse(*s.pack, *s.intents, transcript.lines, session);
            std::set<std::string> stages{s.pack->machine().initial()}, answers, advice;
            for (const RehearsedTurn& turn : turns) {
                EXPECT_NE(turn.intent, kOutOfScope) << turn.user;
                EXPECT_FALSE(turn.advice.empty()) << turn.user;
                EXPECT_TRUE(answers.insert(turn.answer).second) << "said twice: " << turn.answer;
                EXPECT_LT(s.pack->check(turn.user, turn.answer).risk_level, Risk::medium) << turn.user << " / " << turn.answer;
                stages.insert(turn.stage);
                advice.insert(turn.advice);
            }
            EXPECT_EQ(stages.size(), s.pack->stages().size()) << transcript.name;
            EXPECT_GE(advice.size(), 10U) << "the coach does not repeat itself either";
        }
    }
}

TEST_P(ShippedPack, HasEnoughToSay) {
    const ScenarioPack& pack = *shipped(GetParam()).pack;
    EXPECT_GE(pack.intents().size(), 10U);
    for (const Intent& intent : pack.intents()) {
        EXPECT_GE(intent.examples.size(), 10U) << intent.name;
        for (const Stage& stage : pack.stages()) {
            std::deque<std::string> lines;
            std::vector<std::string_view> said;
            for (int turn = 1; turn <= 6; ++turn) {
                const std::string line =
                    pack.line({.intent = intent.name, .stage = stage.name, .pick = {.session_id = "s", .turn = turn, .said = said}});
                EXPECT_EQ(std::ranges::find(said, line), said.end())
                    << intent.name << " in " << stage.name << " repeats within " << turn << " turns: " << line;
                EXPECT_EQ(line.find_first_of("{}"), std::string::npos) << line;
                EXPECT_EQ(lopsided(line), "") << line;
                EXPECT_LT(pack.check("", line).risk_level, Risk::medium) << line;
                said.push_back(lines.emplace_back(line));
            }
        }
    }
}

TEST_P(ShippedPack, KnowsItsSubject) {
    const ScenarioPack& pack = *shipped(GetParam()).pack;
    EXPECT_GE(pack.documents().size(), 30U);
    EXPECT_FALSE(pack.opening_line().empty());
    EXPECT_GE(pack.example_messages().size(), 3U);
    EXPECT_EQ(pack.workflow().enabled_nodes.size(), 5U);
}

TEST_P(ShippedPack, RecognisesItsExampleMessages) {
    const Shipped& s = shipped(GetParam());
    for (const std::string& message : s.pack->example_messages()) EXPECT_FALSE(s.intents->classify(message).out_of_scope) << message;
}

TEST_P(ShippedPack, GivesItsAuthorNothingToMend) {
    const auto review = scenario::review(*shipped(GetParam()).pack);
    ASSERT_TRUE(review);
    for (const Fault& warning : review->warnings) ADD_FAILURE() << warning.path << ": " << warning.message;
    const auto& separation = review->separation;
    EXPECT_GT(separation.right(), separation.examples() * 6 / 10) << "of the examples are recognised without having been learned";
}

INSTANTIATE_TEST_SUITE_P(Packs, ShippedPack, testing::Values("sales-zh", "sales-en", "feynman-zh", "feynman-en"));

struct IntentRow {
    const char* pack;
    const char* text;
    const char* intent;
};
class ShippedIntents : public testing::TestWithParam<IntentRow> {};
TEST_P(ShippedIntents, Classifies) {
    EXPECT_EQ(shipped(GetParam().pack).intents->classify(GetParam().text).intent, GetParam().intent) << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(Packs, ShippedIntents, testing::Values(
    IntentRow{"sales-zh", "你好", "greeting"},
    IntentRow{"sales-zh", "你们的产品有什么功能？", "product_inquiry"},
    IntentRow{"sales-zh", "多少钱？", "price_inquiry"},
    IntentRow{"sales-zh", "你们产品都有哪些功能呢", "product_inquiry"},
    IntentRow{"sales-zh", "大概要多少钱啊", "price_inquiry"},
    IntentRow{"sales-zh", "张经理，您好呀", "greeting"},
    IntentRow{"sales-zh", "你们现在报工用什么方式，有什么问题", "needs_discovery"},
    IntentRow{"sales-zh", "咱们今天把合同签了怎么样", "closing_request"},
    IntentRow{"feynman-en", "Hello, Ada!", "greeting"},
    IntentRow{"feynman-en", "I'm not sure why that happens", "admit_gap"},
    IntentRow{"feynman-en", "could you give me another hint please", "ask_hint"},
    IntentRow{"feynman-en", "just tell me what the answer is", "ask_answer"},
    IntentRow{"sales-en", "Good morning, Ms Doyle!", "greeting"},
    IntentRow{"sales-en", "What features do you need?", "product_inquiry"},
    IntentRow{"sales-en", "How much?", "price_inquiry"},
    IntentRow{"sales-en", "which features would you need most", "product_inquiry"},
    IntentRow{"sales-en", "and what budget do you have for this", "price_inquiry"},
    IntentRow{"sales-en", "what causes the most trouble on the dock today", "needs_discovery"},
    IntentRow{"sales-en", "so shall we sign the contract then", "closing_request"},
    IntentRow{"feynman-zh", "老师好呀", "greeting"},
    IntentRow{"feynman-zh", "这个我真的不知道", "admit_gap"},
    IntentRow{"feynman-zh", "能不能再给一点提示", "ask_hint"},
    IntentRow{"feynman-zh", "您就直接把答案告诉我吧", "ask_answer"}));

struct RiskRow {
    const char* claim;
    const char* pack;
    const char* text;
    Risk risk;
};
class ShippedCompliance : public testing::TestWithParam<RiskRow> {};
TEST_P(ShippedCompliance, Judges) {
    const RiskRow& row = GetParam();
    EXPECT_EQ(shipped(row.pack).pack->check(row.text, "").risk_level, row.risk) << row.claim;
}

INSTANTIATE_TEST_SUITE_P(Packs, ShippedCompliance, testing::Values(
    RiskRow{"a kickback is blocked",              "sales-zh",   "签了单我给您百分之五的回扣",   Risk::block},
    RiskRow{"refusing one is not",                "sales-zh",   "我们公司没有回扣",           Risk::low},
    RiskRow{"a guaranteed result is high",        "sales-zh",   "我保证效果，您放心",          Risk::high},
    RiskRow{"a superlative is medium",            "sales-zh",   "我们是行业第一",             Risk::medium},
    RiskRow{"a hundred percent is medium",        "sales-zh",   "百分之百没问题",             Risk::medium},
    RiskRow{"a first visit is no superlative",    "sales-zh",   "这是我第一次来，最好能看看车间", Risk::low},
    RiskRow{"an exam sat by others is blocked",   "feynman-en", "Could you take the exam for me?", Risk::block},
    RiskRow{"a plain question is low",            "feynman-en", "Why is the sky blue?",     Risk::low},
    RiskRow{"a gift is blocked",                  "sales-en",   "There's a gift card in it for you", Risk::block},
    RiskRow{"a policy against gifts is not",      "sales-en",   "We have a rule, no kickbacks", Risk::low},
    RiskRow{"a promise without risk is high",     "sales-en",   "It is risk-free for you",   Risk::high},
    RiskRow{"a superlative in English is medium", "sales-en",   "We are the market leader",  Risk::medium},
    RiskRow{"a first visit is no superlative",    "sales-en",   "This is my first visit, I'd best begin", Risk::low},
    RiskRow{"sitting an exam for others is blocked", "feynman-zh", "你能替我考试吗",         Risk::block},
    RiskRow{"an investment tip is medium",        "feynman-zh", "推荐你买这个",             Risk::medium},
    RiskRow{"a plain Chinese question is low",    "feynman-zh", "天为什么是蓝的？",           Risk::low}));

TEST(SalesPack, CoachesByWhatWasSaidInEnglishToo) {
    const ScenarioPack& pack = *shipped("sales-en").pack;
    const std::vector<std::string_view> none, needs{"needs_discovery"};
    CoachQuery quote{.user_text = "our price is eighty thousand", .intent = "price_quote", .stage = "negotiation", .earlier_intents = none};
    EXPECT_EQ(pack.coach(quote).rules, (std::vector<std::string>{"early_price", "bare_price"}));
    quote.earlier_intents = needs;
    EXPECT_EQ(pack.coach(quote).rules, std::vector<std::string>{"bare_price"});
    EXPECT_EQ(pack.coach({.user_text = "Do you have many recalls?", .intent = "needs_discovery", .stage = "discovery"}).rules.front(),
              "no_open_question");
}

TEST(SalesPack, CoachesByWhatWasSaid) {
    const ScenarioPack& pack = *shipped("sales-zh").pack;
    const std::vector<std::string_view> none, needs{"needs_discovery"};
    const CoachQuery early{.user_text = "我们的报价是三十六万", .intent = "price_quote", .stage = "opening", .earlier_intents = none};
    CoachQuery later = early;
    later.earlier_intents = needs;
    EXPECT_EQ(pack.coach(early).rules.front(), "early_price");
    EXPECT_NE(pack.coach(later).rules.front(), "early_price");
    EXPECT_EQ(pack.coach({.user_text = "您们停线多吗", .intent = "needs_discovery", .stage = "discovery"}).rules.front(),
              "no_open_question");
}
}  // namespace
}  // namespace rondo::scenario
