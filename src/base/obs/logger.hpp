#pragma once
#include "base/obs/log_line.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string_view>

namespace rondo::obs {
/// Writes one JSON object a line, on a thread of its own.
///
///     log.info("chat_started", {{"session_id", id}, {"message_length", n}});
///
/// A cheap handle: copies share one queue, and the last one to go writes what is left. Thread-safe; never blocks and never
/// fails: when the queue is full the oldest line is dropped and counted, and a `log_lines_dropped` line says so later.
/// Event names are snake_case words of ours; what came from outside belongs in a field.
class Logger {
public:
    struct Options {
        Level level{Level::info};
        std::size_t queue_lines{2048};                  ///< > 0; about 400 bytes each, allocated at once
        std::function<void(std::string_view)>
            write{};  ///< gets whole lines with their '\n', on the logger's thread; must not throw; empty: stderr
    };

    explicit Logger(Options options);
    /// Discards everything.
    [[nodiscard]] static Logger null() { return Logger{nullptr}; }

    void debug(std::string_view event, std::initializer_list<Field> fields = {}) { log(Level::debug, event, fields); }
    void info(std::string_view event, std::initializer_list<Field> fields = {}) { log(Level::info, event, fields); }
    void warn(std::string_view event, std::initializer_list<Field> fields = {}) { log(Level::warn, event, fields); }
    void error(std::string_view event, std::initializer_list<Field> fields = {}) { log(Level::error, event, fields); }
    void log(Level level, std::string_view event, std::initializer_list<Field> fields = {});

    [[nodiscard]] bool enabled(Level level) const noexcept;  ///< false: spare yourself making the fields
    void set_level(Level level) noexcept;                    ///< takes effect at once, for every copy
    [[nodiscard]] std::uint64_t dropped() const;             ///< lines lost to a full queue so far
    /// Waits until every line logged before this call is written or dropped. Not from `Options::write`.
    void flush();

private:
    struct Core;
    explicit Logger(std::shared_ptr<Core> core) : core_{std::move(core)} {}
    std::shared_ptr<Core> core_;  // null: discards
};
}  // namespace rondo::obs
