#include "beast_echo.hpp"
#include "cores.hpp"
#include "spread.hpp"
#include "ws_bench.hpp"
#include "ws_echo_load.hpp"
#include "ws_rig.hpp"

#include <fmt/format.h>

#include <array>

namespace rondo::bench {
namespace {
constexpr const char* kTarget = "/test/ws-echo";
constexpr std::array kShapes{
    EchoLoad::Shape{.connections = 1, .in_flight = 1, .bytes = 32},     EchoLoad::Shape{.connections = 16, .in_flight = 1, .bytes = 32},
    EchoLoad::Shape{.connections = 64, .in_flight = 1, .bytes = 32},    EchoLoad::Shape{.connections = 16, .in_flight = 16, .bytes = 32},
    EchoLoad::Shape{.connections = 16, .in_flight = 1, .bytes = 1'024}, EchoLoad::Shape{.connections = 16, .in_flight = 1, .bytes = 16'384},
};

struct Rate {
    double messages_per_s, cpu_us;
};

Result<Rate> measure(EchoLoad& load, const Program& server, std::chrono::milliseconds time) {
    const auto before = cpu_time(server.child->process());
    const auto heard = load.run_for(time);
    if (!heard) return propagate(heard);
    const auto used = cpu_time(server.child->process()) - before;
    const auto messages = static_cast<double>(heard->messages);
    return Rate{messages / std::chrono::duration<double>(heard->elapsed).count(),
                std::chrono::duration<double, std::micro>(used).count() / messages};
}

/// Both servers are asked in turn, so that what else the machine does is felt by both.
Status measure_shape(const WsBench& bench, const EchoLoad::Shape& shape, const Program& rondo, const Program& beast, const WsSink& tell) {
    auto ours = EchoLoad::connect(rondo.port, kTarget, shape);
    if (!ours) return propagate(ours);
    auto theirs = EchoLoad::connect(beast.port, kTarget, shape);
    if (!theirs) return propagate(theirs);
    std::vector<double> rate, cpu, beast_rate, beast_cpu, percent;
    for (std::size_t round = 0; round <= bench.rounds; ++round) {
        const auto our = measure(*ours, rondo, bench.leg);
        if (!our) return propagate(our);
        const auto their = measure(*theirs, beast, bench.leg);
        if (!their) return propagate(their);
        if (round == 0) continue;  // both warm up
        rate.push_back(our->messages_per_s);
        cpu.push_back(our->cpu_us);
        beast_rate.push_back(their->messages_per_s);
        beast_cpu.push_back(their->cpu_us);
        percent.push_back(100 * our->messages_per_s / their->messages_per_s);
    }
    return tell({"echo",
                 fmt::format("{} B, c={}{}", shape.bytes, shape.connections,
                             shape.in_flight > 1 ? fmt::format(", {} in flight", shape.in_flight) : ""),
                 {{"messages_per_s", spread(rate).median},
                  {"beast_messages_per_s", spread(beast_rate).median},
                  {"percent_of_beast", spread(percent).median, 1},
                  {"cpu_us_per_message", spread(cpu).median, 2},
                  {"beast_cpu_us_per_message", spread(beast_cpu).median, 2}}});
}
}  // namespace

Status measure_echo(const WsBench& bench, const WsSink& tell) {
    const auto cores = deal_cores();
    const Pinned driver{cores.others};
    const auto start = [&]<class Start>(Start start_server) {
        const Pinned alone{cores.server};
        return start_server();
    };
    const auto rondo = start([&] { return start_ws_server(bench); });
    if (!rondo) return propagate(rondo);
    const auto beast = start([] { return start_beast_echo(); });
    if (!beast) return propagate(beast);
    for (const auto& shape : kShapes) {
        if (const auto measured = measure_shape(bench, shape, rondo->program, *beast, tell); !measured) return measured;
    }
    return {};
}
}  // namespace rondo::bench
