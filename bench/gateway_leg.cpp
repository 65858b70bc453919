#include "gateway_leg.hpp"

#include <algorithm>
#include <utility>

namespace rondo::bench {
namespace {
double in_seconds(Clock::duration time) { return std::chrono::duration<double>(time).count(); }
}  // namespace

double Leg::seconds() const { return in_seconds(tally.elapsed); }
double Leg::per_second() const { return static_cast<double>(tally.answers) / seconds(); }
double Leg::cpu_us_per_answer() const {
    return in_seconds(used.server) * 1e6 / static_cast<double>(std::max<std::int64_t>(1, tally.answers));
}

Result<Leg> measure(const GatewayRig& rig, const std::function<Result<Tally>()>& load) {
    const auto before = rig.used();
    auto tally = load();
    const auto after = rig.used();
    if (!tally) return propagate(tally);
    return Leg{.tally = std::move(*tally),
               .used = {.server = after.server - before.server, .mock = after.mock - before.mock, .driver = after.driver - before.driver}};
}

void Busy::add(const Leg& leg, const Cores& cores) {
    server_ += in_seconds(leg.used.server);
    mock_ += in_seconds(leg.used.mock);
    driver_ += in_seconds(leg.used.driver);
    server_had_ += leg.seconds() * static_cast<double>(cores.server.size());
    others_had_ += leg.seconds() * static_cast<double>(cores.others.size());
}

double Busy::server_percent() const { return server_had_ > 0 ? 100 * server_ / server_had_ : 0; }
double Busy::others_percent() const { return others_had_ > 0 ? 100 * (mock_ + driver_) / others_had_ : 0; }

std::optional<std::string> Busy::binds() const {
    constexpr double kFull = 90;
    if (std::max(server_percent(), others_percent()) <= kFull) return std::nullopt;
    if (server_percent() >= others_percent()) return "server";
    return mock_ > driver_ ? "mock" : "driver";
}
}  // namespace rondo::bench
