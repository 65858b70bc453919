#include "base/text/evaluation.hpp"

#include <gtest/gtest.h>

namespace rondo::text {
namespace {
Judged in_scope(const char* truth, const char* said, double confidence = 1, double oos_score = 0, bool refused = false) {
    return {truth, said, confidence, oos_score, refused};
}
Judged strange(double oos_score, bool refused = false) { return {"oos", "a", 0.5, oos_score, refused}; }

struct Row {
    const char* claim;
    std::vector<Judged> texts;
    double accuracy, macro_f1, ece;
    std::optional<double> auroc;
};

class Evaluate : public testing::TestWithParam<Row> {};
TEST_P(Evaluate, Measures) {
    const Row& row = GetParam();
    const auto found = evaluate(row.texts);
    EXPECT_EQ(found.n, row.texts.size()) << row.claim;
    EXPECT_NEAR(found.accuracy, row.accuracy, 1e-9) << row.claim;
    EXPECT_NEAR(found.macro_f1, row.macro_f1, 1e-9) << row.claim;
    EXPECT_NEAR(found.ece, row.ece, 1e-9) << row.claim;
    EXPECT_EQ(found.oos_auroc.has_value(), row.auroc.has_value()) << row.claim;
    if (row.auroc && found.oos_auroc) EXPECT_NEAR(*found.oos_auroc, *row.auroc, 1e-9) << row.claim;
}

INSTANTIATE_TEST_SUITE_P(Evaluation, Evaluate, testing::Values(
    Row{"nothing",                              {}, 0, 0, 0, std::nullopt},
    Row{"all right",                            {in_scope("a", "a"), in_scope("b", "b")}, 1, 1, 0, std::nullopt},
    Row{"a rare label weighs as a frequent one", {in_scope("a", "a"), in_scope("a", "a"), in_scope("a", "a"), in_scope("b", "a")},
        0.75, (6.0 / 7 + 0) / 2, 0.25, std::nullopt},
    Row{"a refused text still has its label",   {in_scope("a", "a", 1, 0.9, true)}, 1, 1, 0, std::nullopt},
    Row{"out of scope does not touch accuracy", {in_scope("a", "a", 1, 0.1), strange(0.9)}, 1, 1, 0, 1.0},
    Row{"out of scope alone has no area",       {strange(0.9)}, 0, 0, 0, std::nullopt},
    Row{"equal scores count half",              {in_scope("a", "a", 1, 0.5), strange(0.5)}, 1, 1, 0, 0.5},
    Row{"three pairs of four in order",         {in_scope("a", "a", 1, 0.1), in_scope("a", "a", 1, 0.6), strange(0.5), strange(0.9)}, 1, 1, 0, 0.75},
    Row{"surplus and lack in one bin cancel",   {in_scope("a", "a", 0.5), in_scope("b", "a", 0.5)}, 0.5, (2.0 / 3 + 0) / 2, 0, std::nullopt},
    Row{"those of two bins do not",             {in_scope("a", "a", 0.5), in_scope("b", "a", 0.9)}, 0.5, (2.0 / 3 + 0) / 2, 0.7, std::nullopt}));

TEST(Evaluation, TellsWhatIsRefusedAndConfused) {
    const auto found = evaluate(std::vector{in_scope("a", "b"), in_scope("c", "a"), in_scope("a", "b", 1, 1, true), in_scope("b", "b"),
                                            strange(0.2), strange(0.9, true)});
    EXPECT_EQ(found.out_of_scope, 2U);
    EXPECT_EQ(found.refused, 0.25);
    EXPECT_EQ(found.oos_refused, 0.5);
    EXPECT_EQ(found.confusions, (std::vector<Confusion>{{"a", "b", 2}, {"c", "a", 1}}));
}
}  // namespace
}  // namespace rondo::text
