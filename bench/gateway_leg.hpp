#pragma once
#include "base/result.hpp"
#include "gateway_load.hpp"
#include "gateway_rig.hpp"

#include <functional>
#include <optional>
#include <string>

namespace rondo::bench {
/// A load and the processor time that all sides used for it.
struct Leg {
    Tally tally;
    GatewayRig::Used used;

    [[nodiscard]] double seconds() const;
    [[nodiscard]] double per_second() const;            ///< answers
    [[nodiscard]] double cpu_us_per_answer() const;     ///< of the server
};
/// Errors: those of `load`.
[[nodiscard]] Result<Leg> measure(const GatewayRig& rig, const std::function<Result<Tally>()>& load);

/// Who had no time left in such legs.
class Busy {
public:
    void add(const Leg& leg, const Cores& cores);
    /// Server, mock or driver; none when each side's cores were idle for a tenth of the time or more.
    [[nodiscard]] std::optional<std::string> binds() const;
    [[nodiscard]] double server_percent() const;
    [[nodiscard]] double others_percent() const;

private:
    double server_{0}, mock_{0}, driver_{0};            // seconds of processor
    double server_had_{0}, others_had_{0};              // that there were
};
}  // namespace rondo::bench
