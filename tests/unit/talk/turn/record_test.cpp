#include "talk/turn/record.hpp"

#include "base/rng.hpp"
#include "records.hpp"

#include <gtest/gtest.h>

namespace rondo::turn {
namespace {
template <class Use>
void each_record(Use use) {
    std::apply([&](const auto&... record) { (use(record), ...); }, samples::all());
}

TEST(Record, ReadsBackAsItWasWritten) {
    each_record([]<class R>(const R& record) {
        const auto back = R::decode(record.encode());
        ASSERT_TRUE(back);
        EXPECT_EQ(back->encode(), record.encode());
    });
}

TEST(Record, KeepsEveryField) {
    const auto [created, accepted, node, delta, stop, restarted, record, advice, told, feedback] = samples::all();
    const auto c = *SessionCreated::decode(created.encode());
    EXPECT_EQ(std::tie(c.tenant, c.user, c.id, c.scenario, c.persona_name, c.persona_role, c.stage, c.title, c.at, c.seed),
              std::tie(created.tenant, created.user, created.id, created.scenario, created.persona_name, created.persona_role,
                       created.stage, created.title, created.at, created.seed));
    const auto a = *TurnAccepted::decode(accepted.encode());
    EXPECT_EQ(std::tie(a.number, a.key, a.digest, a.message_id, a.user_message, a.trace_id, a.decision_id, a.stage, a.async_coach,
                       a.use_fallback, a.at, a.parent),
              std::tie(accepted.number, accepted.key, accepted.digest, accepted.message_id, accepted.user_message, accepted.trace_id,
                       accepted.decision_id, accepted.stage, accepted.async_coach, accepted.use_fallback, accepted.at, accepted.parent));
    const auto n = *NodeFinished::decode(node.encode());
    EXPECT_EQ(std::tie(n.number, n.node, n.status, n.label, n.outcome),
              std::tie(node.number, node.node, node.status, node.label, node.outcome));
    EXPECT_EQ(DeltaWritten::decode(delta.encode())->text, delta.text);
    EXPECT_EQ(StopRequested::decode(stop.encode())->number, stop.number);
    EXPECT_EQ(Restarted::decode(restarted.encode())->nodes_kept, restarted.nodes_kept);
    const auto r = *TurnRecord::decode(record.encode());
    EXPECT_EQ(std::tie(r.number, r.state, r.epoch, r.stage, r.stage_before, r.message_id, r.user_message, r.timeline, r.result, r.task_id,
                       r.at, r.parent, r.first_seq),
              std::tie(record.number, record.state, record.epoch, record.stage, record.stage_before, record.message_id, record.user_message,
                       record.timeline, record.result, record.task_id, record.at, record.parent, record.first_seq));
    const auto v = *AdviceGiven::decode(advice.encode());
    EXPECT_EQ(std::tie(v.number, v.task_id, v.advice, v.epoch), std::tie(advice.number, advice.task_id, advice.advice, advice.epoch));
    const auto t = *AdviceTold::decode(told.encode());
    EXPECT_EQ(std::tie(t.number, t.epoch, t.seq), std::tie(told.number, told.epoch, told.seq));
    const auto f = *FeedbackGiven::decode(feedback.encode());
    EXPECT_EQ(std::tie(f.id, f.tenant, f.session_id, f.intent, f.decision_id, f.signals, f.comment, f.number, f.rating, f.matched, f.at),
              std::tie(feedback.id, feedback.tenant, feedback.session_id, feedback.intent, feedback.decision_id, feedback.signals,
                       feedback.comment, feedback.number, feedback.rating, feedback.matched, feedback.at));
}

TEST(Record, ARowThatIsCutShortIsDataLossAndAnOlderOneGetsDefaults) {
    each_record([]<class R>(const R& record) {
        const std::string whole = record.encode();
        int refused = 0, older = 0;
        for (std::size_t cut = 0; cut < whole.size(); ++cut) {
            const auto back = R::decode(std::string_view{whole}.substr(0, cut));
            if (!back) {
                ++refused;
                EXPECT_EQ(back.error().code, Code::data_loss);
                continue;
            }
            ++older;  // ends between two fields, as a row written before the later fields existed
            EXPECT_TRUE(back->encode().starts_with(whole.substr(0, cut)));
        }
        EXPECT_GE(older, 1) << "the empty row has only defaults";
        EXPECT_TRUE(refused > 0 || whole.size() < 4);
    });
}

TEST(Record, FieldsOfALaterVersionAreIgnored) {
    each_record([]<class R>(const R& record) {
        const auto back = R::decode(record.encode() +
                                    "\x02"
                                    "\x03new");
        ASSERT_TRUE(back);
        EXPECT_EQ(back->encode(), record.encode());
    });
}

TEST(Record, NoiseIsARecordOrDataLossButNeverACrash) {
    Rng rng{11};
    int refused = 0;
    for (int round = 0; round < 2'000; ++round) {
        std::string noise;
        for (std::uint64_t n = rng.below(64); n > 0; --n) noise += static_cast<char>(rng.next());
        each_record([&]<class R>(const R&) {
            const auto back = R::decode(noise);
            if (back) return;
            ++refused;
            EXPECT_EQ(back.error().code, Code::data_loss);
        });
    }
    EXPECT_GT(refused, 1'000);
}

struct Title {
    const char* claim;
    std::string message, title;
};
class TitleTest : public testing::TestWithParam<Title> {};
TEST_P(TitleTest, TitleOf) { EXPECT_EQ(title_of(GetParam().message), GetParam().title) << GetParam().claim; }
std::string times(int count, std::string_view text) {
    std::string all;
    for (int i = 0; i < count; ++i) all += text;
    return all;
}
INSTANTIATE_TEST_SUITE_P(Record, TitleTest, testing::Values(
    Title{"a short message is its own title",      "hello",            "hello"},
    Title{"80 bytes fit",                          times(80, "a"),     times(80, "a")},
    Title{"81 do not",                             times(81, "a"),     times(80, "a")},
    Title{"no character is cut",                   times(40, "你"),    times(26, "你")},
    Title{"not even a long one at the very edge",  times(79, "a") + "😀", times(79, "a")},
    Title{"nothing has no title",                  "",                 ""}));
}  // namespace
}  // namespace rondo::turn
