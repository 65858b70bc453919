#include "platform/store/batch.hpp"
#include "platform/store/crc32c.hpp"

#include <gtest/gtest.h>

namespace rondo::store {
namespace {
struct Row {
    const char* claim;
    std::string bytes;
    std::uint32_t crc;
};
class Crc32cTest : public testing::TestWithParam<Row> {};

TEST_P(Crc32cTest, KnownAnswers) {
    const Row& row = GetParam();
    EXPECT_EQ(crc32c(row.bytes), row.crc) << row.claim;
    for (std::size_t cut = 0; cut <= row.bytes.size(); ++cut)
        EXPECT_EQ(crc32c(row.bytes.substr(cut), crc32c(row.bytes.substr(0, cut))), row.crc) << row.claim << ", continued at " << cut;
}

INSTANTIATE_TEST_SUITE_P(Crc32c, Crc32cTest, testing::Values(
    Row{"nothing is zero",                        "",                    0x00000000U},
    Row{"the check value of the catalogue",       "123456789",           0xE3069283U},
    Row{"iSCSI: 32 bytes of zeroes",              std::string(32, '\0'), 0x8A9136AAU},
    Row{"iSCSI: 32 bytes of ones",                std::string(32, '\xFF'), 0x62A8AB43U}));

TEST(Batch, IsEmptyUntilAnythingIsAsked) {
    EXPECT_TRUE(Batch{}.empty());
    EXPECT_FALSE(Batch{}.append(1, 1, "").empty());
    EXPECT_FALSE(Batch{}.execute("SELECT 1", {}).empty());
    EXPECT_FALSE(Batch{}.fence(1, 1).empty());
}

TEST(Batch, WeighsWhatItCarries) {
    const std::string big(10'000, 'x');
    EXPECT_EQ(Batch{}.bytes(), 0U);
    EXPECT_GE(Batch{}.append(1, 1, big).bytes(), big.size());
    EXPECT_GE(Batch{}.execute("SELECT ?1", {big}).bytes(), big.size());
    EXPECT_GE(Batch{}.guard("SELECT ?1", {BlobValue{big}}, "no").bytes(), big.size());
}

TEST(Batch, KeepsStatementsInOrder) {
    Batch batch;
    batch.execute("SELECT 1", {}).guard("SELECT 2", {std::int64_t{2}}, "two").execute("SELECT 3", {});
    ASSERT_EQ(batch.statements().size(), 3U);
    EXPECT_STREQ(batch.statements()[0].sql.text(), "SELECT 1");
    EXPECT_TRUE(batch.statements()[1].guard);
    EXPECT_STREQ(batch.statements()[2].sql.text(), "SELECT 3");
}
}  // namespace
}  // namespace rondo::store
