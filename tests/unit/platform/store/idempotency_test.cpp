#include "platform/store/idempotency.hpp"

#include "store_fixture.hpp"

namespace rondo::store {
namespace {
using Verdict = Idempotency::Verdict;

struct Claim {
    const char* claim;
    const char* key;
    const char* body;
    Verdict verdict;
    std::int64_t result;
};
class IdempotencyTableTest : public testing::TestWithParam<Claim> {};
TEST_P(IdempotencyTableTest, Check) {
    Idempotency keys{2};
    keys.remember("gone", Idempotency::digest("g"), 1);
    keys.remember("first", Idempotency::digest("a"), 2);
    keys.remember("second", Idempotency::digest("b"), 3);
    keys.remember("second", Idempotency::digest("other"), 9);
    const auto [verdict, result] = keys.check(GetParam().key, Idempotency::digest(GetParam().body));
    EXPECT_EQ(verdict, GetParam().verdict) << GetParam().claim;
    EXPECT_EQ(result, GetParam().result) << GetParam().claim;
    EXPECT_EQ(keys.size(), 2U);
    EXPECT_EQ(keys.evicted(), 1);
}
INSTANTIATE_TEST_SUITE_P(Idempotency, IdempotencyTableTest, testing::Values(
    Claim{"a new key is fresh",                               "new",    "a",     Verdict::fresh,    0},
    Claim{"the same key and body lead to the same result",    "first",  "a",     Verdict::same,     2},
    Claim{"another body under the key is a conflict",         "first",  "b",     Verdict::conflict, 2},
    Claim{"the first entry of a key stands",                  "second", "b",     Verdict::same,     3},
    Claim{"... against a later one",                          "second", "other", Verdict::conflict, 3},
    Claim{"beyond the capacity the oldest is let go",         "gone",   "g",     Verdict::fresh,    0}));

TEST(Idempotency, DigestIsHalfASha256) {
    const Digest abc{0xBA, 0x78, 0x16, 0xBF, 0x8F, 0x01, 0xCF, 0xEA, 0x41, 0x41, 0x40, 0xDE, 0x5D, 0xAE, 0x22, 0x23};
    EXPECT_EQ(Idempotency::digest("abc"), abc);
    EXPECT_NE(Idempotency::digest(""), Idempotency::digest("abc"));
}

class IdempotencyStoreTest : public StoreTest {
protected:
    Result<Idempotency> load(std::int64_t scope, std::size_t capacity) {
        return run(db->read([=](Reader& reader) { return Idempotency::load(reader, scope, capacity); }));
    }
    std::optional<Idempotency::Entry> lookup(std::int64_t scope, std::string key) {
        return *run(db->read([&](Reader& reader) { return Idempotency::lookup(reader, scope, key); }));
    }
};

TEST_F(IdempotencyStoreTest, KeysSurviveAndAreFoundByScope) {
    open();
    const auto body = Idempotency::digest("body");
    Batch batch;
    for (std::int64_t i = 1; i <= 5; ++i) Idempotency::append(batch, 1, "key-" + std::to_string(i), {body, i});
    Idempotency::append(batch, 1, "key-1", {Idempotency::digest("other"), 99});
    Idempotency::append(batch, 2, "key-1", {body, 7});
    ASSERT_TRUE(commit(std::move(batch)));
    reopen();

    EXPECT_EQ(lookup(1, "key-1"), (Idempotency::Entry{body, 1})) << "the first stands";
    EXPECT_EQ(lookup(2, "key-1"), (Idempotency::Entry{body, 7})) << "scopes do not mix";
    EXPECT_EQ(lookup(3, "key-1"), std::nullopt);
    EXPECT_EQ(Idempotency::judge(lookup(1, "key-2"), body).first, Verdict::same);

    const auto all = load(1, 5);
    ASSERT_TRUE(all);
    EXPECT_EQ(all->size(), 5U);
    EXPECT_EQ(all->evicted(), 0);
    const auto latest = load(1, 3);
    ASSERT_TRUE(latest);
    EXPECT_EQ(latest->check("key-5", body), (std::pair{Verdict::same, std::int64_t{5}}));
    EXPECT_EQ(latest->check("key-2", body).first, Verdict::fresh);
    EXPECT_GT(latest->evicted(), 0) << "it knows that the table has more";

    Batch erase;
    Idempotency::erase(erase, 1);
    ASSERT_TRUE(commit(std::move(erase)));
    EXPECT_EQ(lookup(1, "key-1"), std::nullopt);
    EXPECT_NE(lookup(2, "key-1"), std::nullopt);
}
}  // namespace
}  // namespace rondo::store
