#include "base/obs/logger.hpp"

#include <gtest/gtest.h>

#include <future>
#include <mutex>
#include <string>
#include <vector>

namespace rondo::obs {
namespace {
/// Collects lines; may hold the logger's thread at its first line until released.
class Lines {
public:
    std::function<void(std::string_view)> writer() {
        return [this](std::string_view line) {
            std::call_once(first_, [this] { entered_.set_value(); });
            if (gate_.valid()) gate_.wait();
            const std::lock_guard lock{mutex_};
            lines_.emplace_back(line);
        };
    }
    void hold() { gate_ = release_.get_future().share(); }
    void wait_until_writing() { entered_.get_future().wait(); }
    void release() { release_.set_value(); }
    std::vector<std::string> get() {
        const std::lock_guard lock{mutex_};
        return lines_;
    }

private:
    std::once_flag first_;
    std::promise<void> entered_;
    std::promise<void> release_;
    std::shared_future<void> gate_;
    std::mutex mutex_;
    std::vector<std::string> lines_;
};

TEST(Logger, WritesOneJsonLine) {
    ManualClock clock;
    Lines lines;
    Logger log{{.write = lines.writer()}};
    log.info("chat_started", {{"session_id", "s-1"}, {"message_length", 7}});
    log.flush();
    ASSERT_EQ(lines.get().size(), 1u);
    EXPECT_EQ(lines.get()[0],
              "{\"ts\":\"2026-01-01T00:00:00.000Z\",\"level\":\"info\",\"event\":\"chat_started\","
              "\"session_id\":\"s-1\",\"message_length\":7}\n");
}

TEST(Logger, LevelChangesLiveForEveryCopy) {
    Lines lines;
    Logger log{{.level = Level::warn, .write = lines.writer()}};
    Logger copy = log;
    log.info("too_quiet");
    log.warn("loud_enough");
    copy.set_level(Level::debug);
    log.debug("now_too");
    log.log(Level::trace, "still_too_quiet");
    log.set_level(Level::off);
    log.error("silenced");
    log.flush();
    const auto written = lines.get();
    ASSERT_EQ(written.size(), 2u);
    EXPECT_NE(written[0].find("loud_enough"), std::string::npos);
    EXPECT_NE(written[1].find("now_too"), std::string::npos);
    EXPECT_FALSE(copy.enabled(Level::error));
}

TEST(Logger, TheLastHandleWritesWhatIsLeft) {
    Lines lines;
    {
        Logger log{{.write = lines.writer()}};
        for (int i = 0; i < 100; ++i) log.info("line", {{"i", i}});
    }
    EXPECT_EQ(lines.get().size(), 100u);
}

TEST(Logger, AFullQueueDropsTheOldestCountsAndSaysSo) {
    Lines lines;
    lines.hold();
    Logger log{{.queue_lines = 4, .write = lines.writer()}};
    log.info("line", {{"i", 0}});
    lines.wait_until_writing();  // line 0 has left the queue and is stuck
    for (int i = 1; i <= 10; ++i) log.info("line", {{"i", i}});
    EXPECT_EQ(log.dropped(), 6u);
    lines.release();
    log.flush();
    const auto written = lines.get();
    ASSERT_EQ(written.size(), 6u) << "line 0, the notice, and the four newest";
    EXPECT_NE(written[1].find(R"("level":"warn","event":"log_lines_dropped","lines":6,"lines_total":6)"), std::string::npos) << written[1];
    EXPECT_NE(written[2].find("\"i\":7}"), std::string::npos);
    EXPECT_NE(written[5].find("\"i\":10}"), std::string::npos);
}

TEST(Logger, NullDiscards) {
    Logger log = Logger::null();
    EXPECT_FALSE(log.enabled(Level::error));
    log.set_level(Level::debug);
    log.error("nobody_hears");
    log.flush();
    EXPECT_EQ(log.dropped(), 0u);
}
}  // namespace
}  // namespace rondo::obs
