// Every byte of a small journal, one after the other, comes back from the disk with another value.
#include "platform/store/database.hpp"
#include "support/loop.hpp"
#include "support/temp_folder.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

namespace rondo::fault {
namespace {
using store::Batch;
using store::Database;
using store::JournalRow;

constexpr std::size_t kPage = 4'096;
constexpr int kRows = 12;

std::string body_of(int nth) { return fmt::format("row {} says {}", nth, std::string(static_cast<std::size_t>(10 + 7 * nth), 'a')); }

/// Where the pages of the table `journal` lie in the file, after the log was written back into it.
std::set<std::size_t> journal_pages(const std::filesystem::path& file) {
    sqlite3* raw = nullptr;
    EXPECT_EQ(sqlite3_open_v2(file.c_str(), &raw, SQLITE_OPEN_READWRITE, nullptr), SQLITE_OK);
    EXPECT_EQ(sqlite3_wal_checkpoint_v2(raw, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr), SQLITE_OK);
    std::set<std::size_t> pages;
    sqlite3_exec(
        raw, "SELECT rootpage FROM sqlite_schema WHERE name = 'journal'",
        [](void* out, int, char** values, char**) {
            static_cast<std::set<std::size_t>*>(out)->insert(std::stoul(values[0]) - 1);
            return 0;
        },
        &pages, nullptr);
    sqlite3_close(raw);
    return pages;
}

class BitRot : public ::testing::Test {
protected:
    Database::Options options(std::filesystem::path file) {
        Database::Options options;
        options.file = std::move(file);
        options.config.readers = 1;
        options.config.projection_interval = options.config.checkpoint_idle = std::chrono::hours{1};
        return options;
    }
    /// What a crash leaves behind kRows rows that nothing has projected: left.db and its log.
    void crash() {
        const auto file = folder.path() / "sound.db";
        support::Loop loop;  // before the database: its writer still holds the executor of the last waiter it woke
        auto opened = Database::open(options(file));
        EXPECT_TRUE(opened);
        (*opened)->start();
        for (int nth = 1; nth <= kRows; ++nth) {
            EXPECT_TRUE(loop.wait((*opened)->commit(std::move(Batch{}.append(1, nth, body_of(nth))))));
        }
        for (const char* part : {"", "-wal"}) std::filesystem::copy_file(file.string() + part, left.string() + part);
    }
    static std::string bytes_of(const std::filesystem::path& file) {
        std::ifstream in{file, std::ios::binary};
        return {std::istreambuf_iterator<char>{in}, {}};
    }
    /// What a start on these bytes makes of them: the rows it hands over, and whether it starts.
    struct Start {
        std::vector<JournalRow> rows;
        Status status;
    };
    Start start_on(const std::string& database, const std::string& log = {}) {
        const auto file = folder.path() / "rotten.db";
        for (const char* beside : {"-wal", "-shm"}) std::filesystem::remove(file.string() + beside);
        const auto put = [](const std::filesystem::path& to, const std::string& bytes) {
            std::ofstream{to, std::ios::binary | std::ios::trunc}.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        };
        put(file, database);
        if (!log.empty()) put(file.string() + "-wal", log);
        auto opened = Database::open(options(file));
        if (!opened) return {{}, propagate(opened)};
        Start start;
        start.status = (*opened)->replay([&](const JournalRow& row) { start.rows.push_back(row); });
        return start;
    }

    support::TempFolder folder;
    const std::filesystem::path left = folder.path() / "left.db";
};

bool is_sound(const JournalRow& row, std::size_t place) {
    const int nth = static_cast<int>(place) + 1;
    return row.seq == nth && row.stream == 1 && row.kind == nth && *row.body == body_of(nth);
}

TEST_F(BitRot, IsNoticedOrHarmlessAndNeverGivesAWrongRow) {
    crash();
    const auto pages = journal_pages(left);
    const std::string sound = bytes_of(left);
    ASSERT_EQ(start_on(sound).rows.size(), static_cast<std::size_t>(kRows));
    ASSERT_EQ(pages.size(), 1U) << "a small journal is one page";
    int noticed = 0, harmless = 0;
    for (const std::size_t page : pages) {
        for (std::size_t at = page * kPage; at < (page + 1) * kPage; ++at) {
            SCOPED_TRACE(fmt::format("byte {} of page {}", at - page * kPage, page));
            std::string rotten = sound;
            rotten[at] = static_cast<char>(rotten[at] ^ (1 << at % 8));
            const Start start = start_on(rotten);
            for (std::size_t i = 0; i < start.rows.size(); ++i) ASSERT_TRUE(is_sound(start.rows[i], i)) << "a wrong row was handed over";
            if (!start.status) {
                ++noticed;
                ASSERT_EQ(start.status.error().code, Code::data_loss) << start.status.error().message;
            } else {
                ++harmless;  // a byte of the page that no row uses
                ASSERT_EQ(start.rows.size(), static_cast<std::size_t>(kRows)) << "rows are missing and nobody noticed";
            }
        }
    }
    std::size_t used = 0;
    for (int nth = 1; nth <= kRows; ++nth) used += body_of(nth).size();
    EXPECT_GE(noticed, static_cast<int>(used)) << "every byte of every body is noticed";
    std::printf("%d flipped bytes noticed, %d in unused space\n", noticed, harmless);
}

/// SQLite ends its log at the first frame whose checksum is wrong: what the last commits wrote cannot be told from what a crash tore.
TEST_F(BitRot, InTheLogNeverGivesAWrongRow) {
    crash();
    const std::string database = bytes_of(left), sound = bytes_of(left.string() + "-wal");
    ASSERT_EQ(start_on(database, sound).rows.size(), static_cast<std::size_t>(kRows));
    constexpr std::size_t kStep = 397;  // meets every part of pages and frame headers in some frame
    for (std::size_t at = 0; at < sound.size(); at += kStep) {
        SCOPED_TRACE(fmt::format("byte {} of the log", at));
        std::string rotten = sound;
        rotten[at] = static_cast<char>(rotten[at] ^ (1 << at % 8));
        const Start start = start_on(database, rotten);
        ASSERT_LE(start.rows.size(), static_cast<std::size_t>(kRows));
        for (std::size_t i = 0; i < start.rows.size(); ++i) ASSERT_TRUE(is_sound(start.rows[i], i)) << "a wrong row was handed over";
    }
}
}  // namespace
}  // namespace rondo::fault
