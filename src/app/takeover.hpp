#pragma once
#include "app/config.hpp"
#include "base/obs/logger.hpp"
#include "platform/net/predecessor.hpp"

#include <optional>

namespace rondo::app {
/// `serve --takeover`, from the side of the new process: brings what the running one has. Must outlive the App that gets it, so
/// that the store is closed before the other process learns that we have failed.
class Takeover {
public:
    explicit Takeover(obs::Logger log) : log_{log} {}

    /// For App::Options::inherit. When nobody serves the data folder, says so in the log and gives nothing.
    /// Errors: net::Predecessor's; `invalid_argument` (the running server listens elsewhere than our configuration says).
    [[nodiscard]] Result<net::Inheritance> inherit(const Config& config);
    /// We serve: the other process may leave. Nothing when there was none.
    void serving();
    /// True when another process gave us what it had.
    [[nodiscard]] bool happened() const { return predecessor_.has_value(); }

private:
    obs::Logger log_;
    std::optional<net::Predecessor> predecessor_;
    TimePoint gone_{};  // when we said go
};
}  // namespace rondo::app
