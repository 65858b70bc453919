#include "fault/turn_audit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rondo::fault {
namespace {
const Told kTold{.session = "s", .message_id = "m1", .number = 1, .text = "好的", .advice_promised = true};
const Kept kFirst{.session = "s", .message_id = "m1", .number = 1, .ended = true, .text = "好的", .advice_given = true};
const Kept kSecond{.session = "s", .message_id = "m2", .number = 2, .ended = true, .text = "可以", .advice_given = false};

template <class T>
T with(T value, auto change) {
    change(value);
    return value;
}

struct Row {
    const char* claim;
    std::vector<Kept> kept;
    const char* complaint;  ///< "": none
};

class TurnAudit : public ::testing::TestWithParam<Row> {};
TEST_P(TurnAudit, FindsWhatIsBroken) {
    const Row& row = GetParam();
    const auto broken = broken_promises({kTold}, row.kept);
    if (*row.complaint == '\0') EXPECT_THAT(broken, ::testing::IsEmpty()) << row.claim;
    else EXPECT_THAT(broken, ::testing::Contains(::testing::HasSubstr(row.complaint))) << row.claim;
}
INSTANTIATE_TEST_SUITE_P(Histories, TurnAudit, ::testing::Values(
    Row{"a sound history",              {kFirst, kSecond}, ""},
    Row{"a turn nobody was told of is no fault", {kFirst, with(kSecond, [](Kept& t) { t.message_id = "m9"; })}, ""},
    Row{"the told turn is not there",   {}, "is lost"},
    Row{"it is there under another id", {with(kFirst, [](Kept& t) { t.message_id = "m9"; })}, "is lost"},
    Row{"another text",                 {with(kFirst, [](Kept& t) { t.text = "好"; })}, "another text"},
    Row{"the same message twice",       {kFirst, with(kSecond, [](Kept& t) { t.message_id = "m1"; })}, "more than one turn"},
    Row{"a gap in the numbers",         {kFirst, with(kSecond, [](Kept& t) { t.number = 3; })}, "where 2 was due"},
    Row{"told under another number",    {with(kSecond, [](Kept& t) { t.number = 1; }), with(kFirst, [](Kept& t) { t.number = 2; })}, "is kept as 2"},
    Row{"a turn left running",          {kFirst, with(kSecond, [](Kept& t) { t.ended = false; })}, "left running"},
    Row{"advice that never came",       {with(kFirst, [](Kept& t) { t.advice_given = false; })}, "never came"}));
}  // namespace
}  // namespace rondo::fault
