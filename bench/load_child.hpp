#pragma once
#include "base/result.hpp"
#include "child.hpp"
#include "driver.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rondo::bench {
/// What the load driver does, in a process of its own, so that its cost is not the server's.
struct LoadTask {
    std::string scenario;
    std::filesystem::path transcript;
    bool stream{false};
    bool weigh{false};              ///< see Script
    std::size_t session_turns{48};  ///< see Script
    Load load;
};

/// The child's side: drives the load and tells the parent about it on standard output.
[[nodiscard]] Status run_driver(const LoadTask& task);
/// The command line that makes a child do that.
[[nodiscard]] std::vector<std::string> driver_arguments(const LoadTask& task);

/// The parent's side.
class LoadChild {
public:
    /// What the child says, in this order: begin, turns any number of times, end, result.
    struct Event {
        enum class Kind { begin, turns, end, result } kind;
        std::int64_t turns{0};  ///< of the window so far; of `turns` only
        LoadResult result{};    ///< of `result` only
    };

    /// Errors: those of Child.
    [[nodiscard]] static Result<LoadChild> start(const LoadTask& task);
    /// What the child says next; nothing when it is silent for so long.
    /// Errors: `unavailable` (it failed and said why on standard error), `internal` (not understood).
    [[nodiscard]] Result<std::optional<Event>> next(std::chrono::milliseconds patience);
    /// The next event, which must be of this kind. Errors: also `deadline_exceeded`.
    [[nodiscard]] Result<Event> expect(Event::Kind kind, std::chrono::milliseconds patience);

private:
    explicit LoadChild(std::unique_ptr<Child> child) : child_{std::move(child)} {}
    std::unique_ptr<Child> child_;
};
}  // namespace rondo::bench
