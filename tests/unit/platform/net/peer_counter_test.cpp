#include "platform/net/peer_counter.hpp"

#include <gtest/gtest.h>

namespace rondo::net {
namespace {
struct Row {
    const char* claim;
    const char *first, *second;
    std::size_t taken;  ///< the second's number
};
class PeerCounterTest : public testing::TestWithParam<Row> {};
TEST_P(PeerCounterTest, CountsByPeer) {
    PeerCounter counter;
    const auto one = counter.seat(boost::asio::ip::make_address(GetParam().first));
    const auto other = counter.seat(boost::asio::ip::make_address(GetParam().second));
    EXPECT_EQ(other.taken(), GetParam().taken) << GetParam().claim;
}
INSTANTIATE_TEST_SUITE_P(Peers, PeerCounterTest, testing::Values(
    Row{"one address is one peer",                   "192.0.2.1",      "192.0.2.1",        2},
    Row{"neighbours are two",                        "192.0.2.1",      "192.0.2.2",        1},
    Row{"IPv4 inside IPv6 is IPv4",                  "192.0.2.1",      "::ffff:192.0.2.1", 2},
    Row{"one network of IPv6 is one peer",           "2001:db8::1",    "2001:db8::ffff:2", 2},
    Row{"the next network is another",               "2001:db8::1",    "2001:db8:0:1::1",  1},
    Row{"loopback is a peer like others",            "127.0.0.1",      "127.0.0.1",        2}));

TEST(PeerCounter, ForgetsWhoHasNoConnection) {
    PeerCounter counter;
    const auto address = boost::asio::ip::make_address("192.0.2.1");
    {
        auto first = counter.seat(address);
        const auto moved = std::move(first);
        EXPECT_EQ(counter.seat(address).taken(), 2U) << "moved, it still counts, and once";
        EXPECT_EQ(counter.peers(), 1U);
    }
    EXPECT_EQ(counter.peers(), 0U);
    EXPECT_EQ(counter.seat(address).taken(), 1U);
}
}  // namespace
}  // namespace rondo::net
