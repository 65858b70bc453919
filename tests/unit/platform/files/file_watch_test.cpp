#include "platform/files/file_watch.hpp"

#include "platform/files/replace_file.hpp"
#include "support/temp_folder.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>

namespace rondo::files {
namespace {
namespace fs = std::filesystem;
using namespace std::chrono_literals;

struct Change {
    const char* claim;
    std::function<void(const fs::path& file)> make;
};
void PrintTo(const Change& change, std::ostream* out) { *out << change.claim; }

/// A watched file with the content "old", and a loop that runs only while the test waits.
class FileWatchTest : public testing::TestWithParam<Change> {
protected:
    void SetUp() override { std::ofstream{file} << "old"; }

    /// Runs the loop until `enough` changes were told.
    void wait_for(int enough) {
        Timer patience{io, Clock::now() + 1min};
        // Its own: a later run of the loop still calls the handler of a timer that is gone.
        const auto over = std::make_shared<bool>(false);
        patience.async_wait([over](const auto& ec) { *over = !ec; });
        while (changes < enough && !*over) io.run_one();
        if (*over) throw std::runtime_error{"no change was told for a minute"};
    }

    support::TempFolder folder;
    fs::path file{folder.path() / "c.json"};
    asio::io_context io;
    int changes{0};
};

constexpr FileWatch::Config kToldOnly{.poll = 1h, .gone = 1ms};
constexpr FileWatch::Config kLooksOnly{.poll = 1ms, .gone = 1ms, .notify = false};

TEST_P(FileWatchTest, TheKernelTells) {
    FileWatch watch{io.get_executor(), kToldOnly, [this] { ++changes; }};
    watch.watch(file);
    ASSERT_TRUE(watch.notified());
    GetParam().make(file);
    wait_for(1);
}
TEST_P(FileWatchTest, LookingFindsItAsWell) {
    FileWatch watch{io.get_executor(), kLooksOnly, [this] { ++changes; }};
    watch.watch(file);
    EXPECT_FALSE(watch.notified());
    GetParam().make(file);
    wait_for(1);
}
INSTANTIATE_TEST_SUITE_P(Changes, FileWatchTest, testing::Values(
    Change{"written in place",  [](const fs::path& file) { std::ofstream{file} << "longer than it was"; }},
    Change{"replaced",          [](const fs::path& file) { static_cast<void>(replace_file(file, "new")); }},
    Change{"moved onto",        [](const fs::path& file) { std::ofstream{file.string() + "~"} << "new"; fs::rename(file.string() + "~", file); }},
    Change{"removed",           [](const fs::path& file) { fs::remove(file); }},
    Change{"moved away",        [](const fs::path& file) { fs::rename(file, file.string() + ".bak"); }},
    Change{"a link led elsewhere", [](const fs::path& file) {
        std::ofstream{file.parent_path() / "other"} << "elsewhere";
        fs::create_symlink("other", file.string() + "~");
        fs::rename(file.string() + "~", file);
    }}));

class FileWatchBesides : public FileWatchTest {};

TEST_F(FileWatchBesides, TwoWritesThatLookTheSameAreBothTold) {
    FileWatch watch{io.get_executor(), kToldOnly, [this] { ++changes; }};
    watch.watch(file);
    std::ofstream{file} << "one";
    wait_for(1);
    std::ofstream{file} << "two";
    wait_for(2);
}

TEST_F(FileWatchBesides, AFileThatComesBackAtOnceWasNotGone) {
    FileWatch watch{io.get_executor(), {.poll = 1h, .gone = 1h}, [this] { ++changes; }};
    watch.watch(file);
    fs::rename(file, file.string() + ".bak");
    std::ofstream{file} << "new";
    wait_for(1);
    io.poll();
    EXPECT_EQ(changes, 1) << "the new file, and no word of its absence";
}

TEST_F(FileWatchBesides, NeitherTheFileNorItsFolderNeedExist) {
    const fs::path later = folder.path() / "config" / "c.json";
    FileWatch watch{io.get_executor(), {.poll = 1ms, .gone = 1ms}, [this] { ++changes; }};
    watch.watch(later);
    EXPECT_FALSE(watch.notified());
    fs::create_directory(later.parent_path());
    std::ofstream{later} << "there";
    wait_for(1);
    EXPECT_TRUE(watch.notified()) << "a folder that has come is followed";
}

TEST_F(FileWatchBesides, AFolderThatIsReplacedIsFollowed) {
    const fs::path inner = folder.path() / "config" / "c.json";
    fs::create_directory(inner.parent_path());
    std::ofstream{inner} << "old";
    FileWatch watch{io.get_executor(), {.poll = 1ms, .gone = 1h}, [this] { ++changes; }};
    watch.watch(inner);
    fs::rename(inner.parent_path(), folder.path() / "former");
    fs::create_directory(inner.parent_path());
    std::ofstream{inner} << "new one";
    wait_for(1);
    std::ofstream{inner} << "newer";
    wait_for(2);
}

TEST_F(FileWatchBesides, OtherFilesAndFormerOnesAreNoNews) {
    FileWatch watch{io.get_executor(), kToldOnly, [this] { ++changes; }};
    watch.watch(file);
    std::ofstream{folder.path() / "other.json"} << "x";
    io.poll();
    EXPECT_EQ(changes, 0);
    watch.watch(folder.path() / "other.json");
    std::ofstream{file} << "newer";
    io.poll();
    EXPECT_EQ(changes, 0);
    watch.watch({});
    std::ofstream{folder.path() / "other.json"} << "y";
    io.poll();
    EXPECT_EQ(changes, 0);
    EXPECT_FALSE(watch.notified());
}

TEST_F(FileWatchBesides, AfterItsEndNothingIsTold) {
    std::optional<FileWatch> watch;
    watch.emplace(io.get_executor(), kToldOnly, [this] { ++changes; });
    watch->watch(file);
    std::ofstream{file} << "new";
    watch.reset();
    io.run();
    EXPECT_EQ(changes, 0);
}
}  // namespace
}  // namespace rondo::files
