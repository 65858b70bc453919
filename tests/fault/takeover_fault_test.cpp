// Take-overs that go wrong: in every phase either process may end, refuse or be the wrong one, and somebody serves all the same.
#include "fault/insistent.hpp"
#include "fault/server_process.hpp"
#include "platform/net/predecessor.hpp"
#include "platform/store/lock_file.hpp"
#include "support/client.hpp"
#include "support/talker.hpp"
#include "support/temp_folder.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

namespace rondo::fault {
namespace {
using net::Predecessor;
using support::Answer;
const auto no_progress = [](std::string_view) {};
const std::vector<std::string> kSlow{"RONDO_REHEARSAL__DELTA_PACE_MS=100"};  // a turn takes seconds

class TakeoverFault : public testing::Test {
protected:
    TakeoverFault() { old.start({}); }

    /// A turn that is being streamed, at its first piece.
    struct Listening {
        std::string session;
        support::Client::Stream stream;
        std::vector<support::Event> heard;
    };
    Listening begin_turn(support::Client& client) {
        const auto session = client.open_session();
        auto request = support::Client::turn_request(session, "多少钱？", {{"message_id", "m"}});
        request.headers.push_back({"Accept", "text/event-stream"});
        auto stream = client.stream(std::move(request));
        auto heard = stream.until("delta");
        return {session, std::move(stream), std::move(heard)};
    }
    /// A new connection and a kept one are served, and the store with them.
    void expect_served(std::uint16_t port) {
        support::Client fresh{loop, port};
        EXPECT_EQ(fresh.get("/readyz").status, 200);
        const auto session = fresh.open_session();
        EXPECT_EQ(fresh.say(session, "你好").status, 200);
    }
    /// Until another process waits for the hand-over.
    void await_follower() {
        for (;;) {
            const auto second = Predecessor::ask(data.path(), "test");
            if (!second && second.error().message.contains("taking over already")) return;
            ASSERT_TRUE(second || second.error().code != Code::not_found) << second.error().message;
        }
    }

    /// A server that has taken back what it had given serves a moment before it can be asked again.
    Result<Predecessor> ask() {
        auto found = Predecessor::ask(data.path(), "test");
        while (!found && found.error().code == Code::not_found) found = Predecessor::ask(data.path(), "test");
        return found;
    }

    support::TempFolder data;
    support::Loop loop;
    ServerProcess old{data.path()};
};

TEST_F(TakeoverFault, WithNobodyThereTheServerStartsAsUsual) {
    const support::TempFolder other;
    ServerProcess alone{other.path()};
    alone.start({}, {"--takeover"});
    expect_served(alone.port());
    EXPECT_EQ(alone.terminate(), 0);
}

TEST_F(TakeoverFault, ASocketLeftByACrashIsNobody) {
    old.kill();
    ASSERT_TRUE(std::filesystem::exists(data.path() / "takeover.sock"));
    ServerProcess next{data.path()};
    next.start({}, {"--takeover"});
    expect_served(next.port());
    EXPECT_EQ(next.terminate(), 0);
    EXPECT_FALSE(std::filesystem::exists(data.path() / "takeover.sock")) << "an orderly end leaves nothing behind";
}

TEST_F(TakeoverFault, AWrongConfigurationLeavesTheRunningServerAlone) {
    support::Client kept{loop, old.port()};
    ASSERT_EQ(kept.get("/livez").status, 200);
    struct Row {
        const char* claim;
        std::vector<std::string> environment, arguments;
    };
    for (const Row& row : {Row{"a setting that is none", {"RONDO_TURN__BUSY=maybe"}, {"--takeover"}},
                           Row{"an address that is none", {}, {"--takeover", "--host", "not-an-address"}},
                           Row{"another address than the socket's", {}, {"--takeover", "--host", "127.0.0.2"}},
                           Row{"another port than the socket's", {}, {"--takeover", "--port", "1"}}}) {
        ServerProcess next{data.path()};
        next.launch(row.environment, row.arguments);
        EXPECT_EQ(next.wait(), 2) << row.claim;
        EXPECT_EQ(kept.get("/livez").status, 200) << row.claim;
    }
    expect_served(old.port());
    EXPECT_EQ(old.terminate(), 0);
}

TEST_F(TakeoverFault, AnotherDataFolderIsNoReasonToLetGo) {
    const support::TempFolder other;
    std::filesystem::create_symlink(data.path() / "takeover.sock", other.path() / "takeover.sock");
    ServerProcess stranger{other.path()};
    stranger.launch({}, {"--takeover"});
    EXPECT_EQ(stranger.wait(), 1) << "the socket leads to a server with another folder";
    std::filesystem::remove(other.path() / "takeover.sock");
    stranger.launch({}, {"--takeover", "--port", std::to_string(old.port())});
    EXPECT_EQ(stranger.wait(), 1) << "nobody is there, and the port is taken";
    expect_served(old.port());
    EXPECT_EQ(old.terminate(), 0);
}

TEST_F(TakeoverFault, AFollowerMayEndInEveryPhase) {
    support::Client kept{loop, old.port()};
    ASSERT_EQ(kept.get("/livez").status, 200);
    for (const char* phase : {"asked", "said go", "has the folder"}) {
        SCOPED_TRACE(phase);
        {
            auto follower = ask();
            ASSERT_TRUE(follower) << follower.error().message;
            const std::string name = phase;
            if (name != "asked") ASSERT_TRUE(follower->go());
            if (name == "has the folder") {
                const auto estate = follower->wait(no_progress);
                ASSERT_TRUE(estate) << estate.error().message;
                EXPECT_FALSE(estate->died);
                EXPECT_EQ(estate->inheritance.connections.size(), 1U) << "the idle connection has travelled";
            }
        }
        EXPECT_EQ(kept.get("/readyz").status, 200) << "the connection is back where it was";
        expect_served(old.port());
    }
    ASSERT_TRUE(ask());
    ServerProcess next{data.path()};
    next.start({}, {"--takeover"});
    EXPECT_EQ(old.wait(), 0);
    EXPECT_EQ(kept.get("/readyz").status, 200);
    EXPECT_EQ(next.terminate(), 0);
}

TEST_F(TakeoverFault, WhoTakesOverFromADyingServerFinishesItsTurn) {
    EXPECT_EQ(old.terminate(), 0);
    ServerProcess first{data.path()}, next{data.path()};
    first.start(kSlow);
    support::Client client{loop, first.port()};
    auto turn = begin_turn(client);
    next.launch({}, {"--takeover"});
    await_follower();
    first.kill();
    next.await_listening();
    EXPECT_EQ(next.port(), first.port());
    support::Client again{loop, next.port()};
    const auto events = again.events(turn.session, 1, turn.heard.back().id).rest();
    ASSERT_NE(support::find_event(events, "completed"), nullptr);
    EXPECT_EQ(support::deltas_of(events), support::text_of(support::find_event(events, "completed")->json(), "npc_response"));
    EXPECT_EQ(next.terminate(), 0);
}

TEST_F(TakeoverFault, AFollowerKilledWhileItWaitsChangesNothing) {
    EXPECT_EQ(old.terminate(), 0);
    ServerProcess first{data.path()}, next{data.path()};
    first.start(kSlow);
    support::Client client{loop, first.port()};
    auto turn = begin_turn(client);
    next.launch({}, {"--takeover"});
    await_follower();
    next.kill();
    EXPECT_NE(support::find_event(turn.stream.rest(), "completed"), nullptr) << "the turn is told to its end";
    expect_served(first.port());
    EXPECT_EQ(first.terminate(), 0);
}

TEST_F(TakeoverFault, TheSecondOfTwoIsRefused) {
    EXPECT_EQ(old.terminate(), 0);
    ServerProcess first{data.path()}, next{data.path()}, late{data.path()};
    first.start(kSlow);
    support::Client client{loop, first.port()};
    auto turn = begin_turn(client);
    next.launch({}, {"--takeover"});
    await_follower();
    late.launch({}, {"--takeover"});
    EXPECT_EQ(late.wait(), 1);
    EXPECT_NE(support::find_event(turn.stream.rest(), "completed"), nullptr);
    next.await_listening();
    EXPECT_EQ(first.wait(), 0);
    expect_served(next.port());
    EXPECT_EQ(next.terminate(), 0);
}

TEST_F(TakeoverFault, AHalfSentRequestTravelsWithItsBytes) {
    asio::ip::tcp::socket socket{loop.context()};
    socket.connect({asio::ip::address_v4::loopback(), old.port()});
    asio::write(socket, asio::buffer(std::string_view{"GET /livez HTTP/1.1\r\nHos"}));
    ServerProcess next{data.path()};
    next.start({}, {"--takeover"});
    EXPECT_EQ(old.wait(), 0);
    asio::write(socket, asio::buffer(std::string_view{"t: localhost\r\nConnection: close\r\n\r\n"}));
    std::string answer;
    boost::system::error_code ec;
    asio::read(socket, asio::dynamic_buffer(answer), ec);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 ")) << answer;
    EXPECT_EQ(next.terminate(), 0);
}

TEST_F(TakeoverFault, AWebSocketIsToldAndGoesOnWhereItWas) {
    EXPECT_EQ(old.terminate(), 0);
    struct Row {
        const char* claim;
        std::vector<std::string> environment;
        bool told;
    };
    for (const Row& row : {Row{"the turn ends first, then the connection with 1012", kSlow, true},
                           Row{"a turn that outlasts the drain goes on", {kSlow[0], "RONDO_SERVER__DRAIN_TIMEOUT_MS=300"}, false}}) {
        SCOPED_TRACE(row.claim);
        ServerProcess first{data.path()}, next{data.path()};
        first.start(row.environment);
        support::Client client{loop, first.port()};
        const auto session = client.open_session();
        support::Talker talker{loop, first.port(), {.query = "?session=" + session}};
        talker.say(R"({"id":7,"startTurn":{"userMessage":"多少钱？"}})");
        auto frames = talker.until(support::Frame::kDelta);
        next.launch(row.environment, {"--takeover"});
        const auto code = talker.ending(&frames);
        if (row.told) EXPECT_EQ(code, 1012);
        next.await_listening();
        EXPECT_EQ(first.wait(), 0);
        const auto place = support::place_of(frames);
        support::Talker again{loop, next.port(), {.query = fmt::format("?session={}&after={}.{}", session, place.epoch, place.seq)}};
        if (!row.told) {
            for (auto& frame : again.until(support::Frame::kCompleted)) frames.push_back(std::move(frame));
        }
        const auto kept = history_of(client, session);
        ASSERT_EQ(kept.size(), 1U);
        EXPECT_EQ(support::answer_of(frames), kept.front().text);
        EXPECT_EQ(next.terminate(), 0);
    }
}

/// The service manager's end of NOTIFY_SOCKET.
class Manager {
public:
    explicit Manager(const std::filesystem::path& at) : socket_{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)} {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, at.c_str(), sizeof address.sun_path - 1);
        EXPECT_EQ(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0) << std::strerror(errno);
    }
    std::string next() {
        std::string bytes(512, '\0');
        const auto size = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
        bytes.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
        return bytes;
    }

private:
    net::Descriptor socket_;
};

TEST_F(TakeoverFault, ASignalStartsTheProgramAnewAndTheServiceManagerLearnsWhoServes) {
    EXPECT_EQ(old.terminate(), 0);
    Manager manager{data.path() / "notify.sock"};
    ServerProcess first{data.path()};
    first.start({"NOTIFY_SOCKET=" + (data.path() / "notify.sock").string()});
    EXPECT_TRUE(manager.next().starts_with("READY=1\n"));
    support::Client kept{loop, first.port()};
    ASSERT_EQ(kept.get("/livez").status, 200);
    first.signal(SIGUSR2);
    EXPECT_EQ(first.wait(), 0);
    const auto told = manager.next();
    EXPECT_TRUE(told.starts_with("MAINPID=")) << told;
    EXPECT_EQ(kept.get("/readyz").status, 200);
    pid_t process = 0;
    {
        const auto serves = Predecessor::ask(data.path(), "test");
        ASSERT_TRUE(serves) << serves.error().message;
        process = serves->process();
    }
    EXPECT_TRUE(told.starts_with("MAINPID=" + std::to_string(process) + "\n")) << told;
    ::kill(process, SIGTERM);
    EXPECT_EQ(manager.next(), "STOPPING=1");
    kept.close();
    // A stranger's child by now: its end shows in the folder, which is let go of last.
    for (auto there = Predecessor::ask(data.path(), "test"); there || there.error().code != Code::not_found;) {
        there = Predecessor::ask(data.path(), "test");
    }
    while (!store::LockFile::acquire(data.path() / "rondo.db.lock")) {}
}
}  // namespace
}  // namespace rondo::fault
