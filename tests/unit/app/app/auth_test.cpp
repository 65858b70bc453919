#include "app/auth.hpp"

#include <gtest/gtest.h>

namespace rondo::app {
namespace {
struct Host {
    const char* claim;
    const char* host;
    bool open;  ///< may start without a key
};
class ExposureTest : public testing::TestWithParam<Host> {};
TEST_P(ExposureTest, OnlyLoopbackNeedsNoKey) {
    const Host& row = GetParam();
    const guard::KeyBook none{guard::Pepper{}};
    EXPECT_EQ(check_exposure(row.host, none, false).has_value(), row.open) << row.claim;
    EXPECT_TRUE(check_exposure(row.host, none, true)) << "tokens are enough";
    guard::KeyBook one{guard::Pepper{}};
    ASSERT_TRUE(one.create({.name = "a", .scope = {TenantId{"t"}, UserId{"u"}}}, {}, {}, {}));
    EXPECT_TRUE(check_exposure(row.host, one, false)) << "a key is enough";
}
INSTANTIATE_TEST_SUITE_P(Hosts, ExposureTest, testing::Values(
    Host{"the usual one",                  "127.0.0.1",        true},
    Host{"all of 127/8",                   "127.8.9.1",        true},
    Host{"IPv6's",                         "::1",              true},
    Host{"IPv4's in IPv6",                 "::ffff:127.0.0.1", true},
    Host{"every address",                  "0.0.0.0",          false},
    Host{"every address of IPv6",          "::",               false},
    Host{"a private network is a network", "192.168.1.5",      false},
    Host{"IPv4's others in IPv6",          "::ffff:10.0.0.1",  false},
    Host{"a name is no address",           "localhost",        false},
    Host{"nothing",                        "",                 false}));

TEST(MakeVerifier, TokensAreOffUnlessAskedFor) {
    const auto none = make_verifier({});
    ASSERT_TRUE(none);
    EXPECT_EQ(*none, nullptr);
    AuthConfig config;
    config.jwt.key_file = "/nowhere/key.pem";
    config.jwt.issuer = config.jwt.audience = "x";
    const auto missing = make_verifier(config);
    ASSERT_FALSE(missing);
    ASSERT_FALSE(missing.error().faults.empty());
    EXPECT_EQ(missing.error().faults.front().path, "auth.jwt.key_file");
}
}  // namespace
}  // namespace rondo::app
