#include "platform/net/listener_options.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <gtest/gtest.h>

#include <netinet/tcp.h>

namespace rondo::net {
namespace {
using boost::asio::ip::tcp;
using namespace std::chrono_literals;

struct Row {
    const char* claim;
    int level, option, value;
};
class ListenerOptionsTest : public testing::TestWithParam<Row> {};
TEST_P(ListenerOptionsTest, AreThoseOfEveryAcceptedSocket) {
    boost::asio::io_context context;
    tcp::acceptor acceptor{context, {boost::asio::ip::address_v4::loopback(), 0}};
    set_options(acceptor.native_handle(), {.unsent_bytes = 65'536, .dead_peer = 20s});
    tcp::socket client{context};
    client.connect(acceptor.local_endpoint());
    auto accepted = acceptor.accept();
    int value = -1;
    socklen_t size = sizeof value;
    ASSERT_EQ(getsockopt(accepted.native_handle(), GetParam().level, GetParam().option, &value, &size), 0);
    EXPECT_EQ(value, GetParam().value) << GetParam().claim;
}
INSTANTIATE_TEST_SUITE_P(Options, ListenerOptionsTest, testing::Values(
    Row{"the kernel holds no more than this",     IPPROTO_TCP, TCP_NOTSENT_LOWAT, 65'536},
    Row{"data nobody acknowledges has a limit",   IPPROTO_TCP, TCP_USER_TIMEOUT,  20'000},
    Row{"silent peers are asked",                 SOL_SOCKET,  SO_KEEPALIVE,      1},
    Row{"at half the limit",                      IPPROTO_TCP, TCP_KEEPIDLE,      10},
    Row{"more than once",                         IPPROTO_TCP, TCP_KEEPINTVL,     3},
    Row{"so that it is over at about the limit",  IPPROTO_TCP, TCP_KEEPCNT,       4}));
}  // namespace
}  // namespace rondo::net
