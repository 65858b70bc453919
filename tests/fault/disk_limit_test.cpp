// The real program on a disk that ends: a limit on the size of files (a short write, then an error), and a small file system.
#include "fault/insistent.hpp"
#include "fault/server_process.hpp"
#include "support/temp_folder.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>

namespace rondo::fault {
namespace {
using namespace std::chrono_literals;
using support::Answer;

/// Limits the size of files while it lives, for this process and those it starts. Beyond the limit a write fails with EFBIG.
class FileSizeLimit {
public:
    explicit FileSizeLimit(rlim_t bytes) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limited{bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limited);
        handler_ = ::signal(SIGXFSZ, SIG_IGN);  // a child inherits that; the default is to die at once, which crash_loop covers
    }
    ~FileSizeLimit() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        ::signal(SIGXFSZ, handler_);
    }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;

private:
    rlimit before_{};
    void (*handler_)(int){nullptr};
};

std::string message_id(int nth) { return fmt::format("m{}", nth); }

void expect_history(support::Client& client, const std::string& session, int turns) {
    const auto kept = history_of(client, session);
    ASSERT_EQ(kept.size(), static_cast<std::size_t>(turns));
    for (int i = 0; i < turns; ++i) {
        EXPECT_EQ(kept[static_cast<std::size_t>(i)].message_id, message_id(i + 1));
        EXPECT_TRUE(kept[static_cast<std::size_t>(i)].ended);
    }
}

TEST(DiskLimit, AWriteThatTheSystemCutsShortEndsTheProcessAndTheNextOneRecovers) {
    const support::TempFolder data;
    support::Loop loop;
    ServerProcess server{data.path()};
    server.start({});  // trains its intents, whose files are larger than the limit
    EXPECT_EQ(server.terminate(), 0);
    std::string session;
    int told = 0;
    {
        const auto database = std::filesystem::file_size(data.path() / "rondo.db");
        const FileSizeLimit limit{database + (256U << 10U)};
        server.start({});
        support::Client client{loop, server.port()};
        session = client.open_session();
        while (told < 10'000) {
            Answer answer;
            try {
                answer = client.say(session, "多少钱？", {{"message_id", message_id(told + 1)}});
            } catch (const std::runtime_error&) { break; }  // the process is gone
            if (answer.status != 200) {
                EXPECT_EQ(answer.status, 503) << answer.body;
                break;
            }
            ++told;
        }
        EXPECT_EQ(server.wait(), 1) << "it leaves by itself, with the exit code of a failure";
    }
    EXPECT_GT(told, 0);
    server.start({});
    support::Client client{loop, server.port()};
    const auto again = client.say(session, "多少钱？", {{"message_id", message_id(told + 1)}});
    EXPECT_EQ(again.status, 200) << again.body;
    expect_history(client, session, told + 1);
    EXPECT_EQ(server.terminate(), 0);
    std::printf("%d turns acknowledged before the limit\n", told);
}

/// Gives this process a view of the file systems of its own; false where the system does not let it.
bool own_mounts() {
    const auto user = ::getuid();
    if (::unshare(CLONE_NEWNS) != 0) {
        if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
        std::ofstream{"/proc/self/setgroups"} << "deny";
        std::ofstream{"/proc/self/uid_map"} << "0 " << user << " 1";
    }
    return ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

TEST(DiskLimit, AFullFileSystemIs507UntilThereIsSpaceAgain) {
    if (!own_mounts()) GTEST_SKIP() << "no mount namespaces here; disk_fault has the same in process";
    const support::TempFolder data;
    ASSERT_EQ(::mount("tmpfs", data.path().c_str(), "tmpfs", 0, "size=48m"), 0);
    {
        support::Loop loop;
        ServerProcess server{data.path()};
        server.start({});
        support::Client client{loop, server.port()};
        const std::string session = client.open_session();
        ASSERT_EQ(client.say(session, "你好", {{"message_id", message_id(1)}}).status, 200);
        ASSERT_EQ(client.get("/api/v1/sessions").at("items").as_array().size(), 1U);  // which waits until the tables show it

        const auto ballast = data.path() / "ballast";
        {
            std::ofstream filler{ballast, std::ios::binary};
            const std::string block(4'096, 'x');
            while (filler.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) {}
        }
        // What the log already has room for may still be written; then nothing.
        int told = 1;
        Answer answer;
        for (int i = 0; i < 5'000; ++i) {
            answer = client.say(session, "多少钱？", {{"message_id", message_id(told + 1)}});
            if (answer.status != 200) break;
            ++told;
        }
        EXPECT_EQ(answer.status, 507) << answer.body;
        EXPECT_EQ(client.post("/api/v1/sessions", {}).status, 507);
        EXPECT_LE(history_of(client, session).size(), static_cast<std::size_t>(told)) << "reads go on; the newest may be missing";
        EXPECT_EQ(client.get("/api/v1/sessions").at("items").as_array().size(), 1U);

        std::filesystem::remove(ballast);
        const TimePoint freed = Clock::now();
        do {
            answer = client.say(session, "多少钱？", {{"message_id", message_id(told + 1)}});
        } while (answer.status == 507 && Clock::now() - freed < 2s);
        const auto took = Clock::now() - freed;
        EXPECT_EQ(answer.status, 200) << answer.body;
        EXPECT_LE(took, Clock::duration{2s});
        std::printf("%d turns; writes work again %.1f ms after space returned\n", told,
                    std::chrono::duration<double, std::milli>(took).count());
        server.kill();
        server.start({});
        support::Client after{loop, server.port()};
        expect_history(after, session, told + 1);
        EXPECT_EQ(server.terminate(), 0);
    }
    EXPECT_EQ(::umount(data.path().c_str()), 0);
}
}  // namespace
}  // namespace rondo::fault
