#pragma once
#include "platform/net/handover_channel.hpp"
#include "platform/net/inheritance.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace rondo::net {
/// The side that follows: talks to the process that serves a data folder. Every call blocks, at most as long as it says.
///
/// ask(), then go() when all is well, wait() for the folder, serving() once we do. Whoever destroys it before serving() leaves the other
/// process serving on, with all it had; so what we opened in the folder must be closed by then.
class Predecessor {
public:
    /// Errors: `not_found` (nobody serves there), `failed_precondition` (it refuses, and says why), `unavailable`,
    /// `deadline_exceeded` (it does not answer for seconds), `permission_denied`.
    [[nodiscard]] static Result<Predecessor> ask(const std::filesystem::path& folder, std::string_view program);

    [[nodiscard]] const std::string& program() const { return program_; }  ///< its version
    [[nodiscard]] pid_t process() const { return channel_.peer(); }
    /// Where the inherited socket listens: an address as it is written, without brackets.
    struct Place {
        std::string host;
        int port{0};
    };
    /// Errors: `invalid_argument` (not an IP socket that listens).
    [[nodiscard]] Result<Place> place() const;

    /// From here on it stops accepting. Errors: `unavailable`.
    [[nodiscard]] Status go();
    struct Estate {
        Inheritance inheritance;
        bool died{false};  ///< it ended without having let go; what it had acknowledged is in the folder
    };
    /// Until the data folder is free. `progress`: what it says meanwhile.
    /// Errors: `deadline_exceeded` (half a minute past its longest drain), `data_loss` (too few descriptors here).
    [[nodiscard]] Result<Estate> wait(const std::function<void(std::string_view)>& progress);
    /// It may leave. Errors: `unavailable` (it is gone already).
    [[nodiscard]] Status serving();

private:
    HandoverChannel channel_;
    Descriptor process_;  // pidfd: tells its end; none when it had ended already
    Descriptor listener_;
    std::string program_;
    std::chrono::milliseconds drain_{};
};
}  // namespace rondo::net
