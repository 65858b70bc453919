// The two sides of a hand-over in one process: what each says, sends and gets back.
#include "platform/net/handover_door.hpp"
#include "platform/net/predecessor.hpp"
#include "support/temp_folder.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <filesystem>
#include <future>
#include <string>

namespace rondo::net {
namespace {
const auto no_progress = [](std::string_view) {};

Descriptor listening_socket() {
    Descriptor socket{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(socket.get(), 8), 0);
    return socket;
}

/// One end of a pair, for the connection; what is written to the other can be read from it wherever it went.
std::pair<Descriptor, Descriptor> pair_of_sockets() {
    int ends[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    return {Descriptor{ends[0]}, Descriptor{ends[1]}};
}

class Handover : public testing::Test {
protected:
    void open(const std::filesystem::path& folder) {
        auto opened = HandoverDoor::open({.folder = folder,
                                          .program = "1.2.3",
                                          .drain = std::chrono::milliseconds{500},
                                          .listener = [this] { return accepting ? Descriptor{::dup(listener.get())} : Descriptor{}; },
                                          .on_follower = [this] { came.set_value(); }});
        ASSERT_TRUE(opened) << opened.error().message;
        door = std::move(*opened);
    }

    support::TempFolder data;
    Descriptor listener{listening_socket()};
    bool accepting{true};
    std::promise<void> came;
    std::unique_ptr<HandoverDoor> door;
};

TEST_F(Handover, EverySocketArrivesInOrderWithItsBytes) {
    open(data.path());
    auto follower = Predecessor::ask(data.path(), "2.0.0");
    ASSERT_TRUE(follower) << follower.error().message;
    EXPECT_EQ(follower->program(), "1.2.3");
    EXPECT_EQ(follower->process(), ::getpid());
    const auto place = follower->place();
    ASSERT_TRUE(place);
    EXPECT_EQ(place->host, "127.0.0.1");
    EXPECT_GT(place->port, 0);
    ASSERT_TRUE(follower->go());
    came.get_future().wait();
    EXPECT_EQ(door->follower(), ::getpid());

    constexpr int kMany = 300;  // several packets
    const std::string head(60'000, 'h');
    std::vector<Descriptor> peers;
    for (int i = 0; i < kMany; ++i) {
        auto [near, far] = pair_of_sockets();
        peers.push_back(std::move(near));
        door->give({std::move(far), i == 7 ? head : ""});
    }
    auto served = std::async(std::launch::async, [&] { return door->release(); });
    const auto estate = follower->wait(no_progress);
    ASSERT_TRUE(estate) << estate.error().message;
    EXPECT_FALSE(estate->died);
    ASSERT_EQ(estate->inheritance.connections.size(), static_cast<std::size_t>(kMany));
    for (int i = 0; i < kMany; ++i) {
        const auto at = static_cast<std::size_t>(i);
        EXPECT_EQ(estate->inheritance.connections[at].unread, i == 7 ? head : "") << i;
        char byte = static_cast<char>(i);
        ASSERT_EQ(::write(peers[at].get(), &byte, 1), 1);
        byte = 0;
        ASSERT_EQ(::read(estate->inheritance.connections[at].socket.get(), &byte, 1), 1);
        EXPECT_EQ(byte, static_cast<char>(i));
    }
    ASSERT_TRUE(follower->serving());
    EXPECT_TRUE(served.get());
}

TEST_F(Handover, WhoHangsUpLeavesEverythingBehind) {
    open(data.path());
    auto [near, far] = pair_of_sockets();
    {
        auto follower = Predecessor::ask(data.path(), "2.0.0");
        ASSERT_TRUE(follower);
        ASSERT_TRUE(follower->go());
        came.get_future().wait();
        door->give({std::move(far), "GET"});
    }
    EXPECT_FALSE(door->release());
    const auto back = door->take_back();
    EXPECT_TRUE(back.listener);
    ASSERT_EQ(back.connections.size(), 1U);
    EXPECT_EQ(back.connections.front().unread, "GET");
    EXPECT_EQ(::write(near.get(), "x", 1), 1);
}

TEST_F(Handover, RefusalsSayWhy) {
    open(data.path());
    const auto refusal = [this](const char* wish) {
        const auto address = HandoverAddress::in(data.path());
        auto socket = address->connect();
        auto channel = HandoverChannel::adopt(std::move(*socket));
        EXPECT_TRUE(channel->send(HandoverWord::take, wish));
        const auto answer = channel->receive(Clock::now() + std::chrono::seconds{20});
        return answer && answer->word == HandoverWord::refused ? answer->text : "not refused";
    };
    EXPECT_NE(refusal("2 9.9.9 1:1").find("by protocol 1, not 2"), std::string::npos) << "another protocol";
    EXPECT_NE(refusal("hello").find("protocol"), std::string::npos) << "no protocol";
    EXPECT_NE(refusal("1 2.0.0 1:1").find("another data folder"), std::string::npos);
    accepting = false;
    const auto late = Predecessor::ask(data.path(), "2.0.0");
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, Code::failed_precondition);
    EXPECT_NE(late.error().message.find("shutting down"), std::string::npos);
}

TEST_F(Handover, TheSocketIsItsOwnersAloneWhateverItsPath) {
    std::filesystem::path deep = data.path();
    while (deep.string().size() < 200) deep /= "a-folder-with-a-long-name";
    std::filesystem::create_directories(deep);
    open(deep);
    struct stat found{};
    ASSERT_EQ(::stat((deep / "takeover.sock").c_str(), &found), 0);
    EXPECT_TRUE(S_ISSOCK(found.st_mode));
    EXPECT_EQ(found.st_mode & 0777U, 0600U);
    EXPECT_TRUE(Predecessor::ask(deep, "2.0.0"));
    door.reset();
    EXPECT_FALSE(std::filesystem::exists(deep / "takeover.sock"));
    const auto nobody = Predecessor::ask(deep, "2.0.0");
    ASSERT_FALSE(nobody);
    EXPECT_EQ(nobody.error().code, Code::not_found);
}
}  // namespace
}  // namespace rondo::net
