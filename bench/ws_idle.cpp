#include "loopback.hpp"
#include "ws_bench.hpp"
#include "ws_client.hpp"
#include "ws_rig.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

namespace rondo::bench {
namespace {
constexpr std::chrono::milliseconds kPatience{10'000};
constexpr std::size_t kAskedAtTheEnd = 100;
constexpr std::size_t kMostOfASession = 10'000;  ///< that the setting allows

struct Kind {
    const char* what;
    const char* target;
    const char* protocols;
    bool bound;  ///< to a session, whose events each connection waits for
};

/// Every hundredth still answers a ping.
Status all_there(std::vector<WsClient>& clients) {
    const auto step = std::max<std::size_t>(1, clients.size() / kAskedAtTheEnd);
    for (std::size_t i = 0; i < clients.size(); i += step) {
        if (const auto sent = clients[i].send(ws::Opcode::ping, "there?"); !sent) return sent;
        for (bool answered = false; !answered;) {
            const auto message = clients[i].wait(kPatience);
            if (!message) return propagate(message);
            answered = message->opcode == ws::Opcode::pong;
        }
    }
    return {};
}

Status measure_kind(const WsBench& bench, const Kind& kind, const WsSink& tell) {
    const auto limit = bench.connections + 100;
    const auto server = start_ws_server(
        bench, {fmt::format("server.max_connections={}", limit), fmt::format("server.max_connections_per_address={}", limit),
                fmt::format("ws.connections_per_session={}", std::min(limit, kMostOfASession))});
    if (!server) return propagate(server);
    const auto process = server->program.child->process();
    std::string target = kind.target;
    if (kind.bound) {
        const auto session = open_session(server->program.port);
        if (!session) return propagate(session);
        target += "?session=" + *session;
    }
    // One that comes and goes: what is made once, for the first, is not counted.
    if (const auto first = WsClient::connect(server->program.port, target, kind.protocols); !first) return propagate(first);

    const auto before = rss_kib(process);
    std::vector<WsClient> clients;
    clients.reserve(bench.connections);
    while (clients.size() < bench.connections) {
        auto client = WsClient::connect(server->program.port, target, kind.protocols);
        if (!client) return propagate(client);
        clients.push_back(std::move(*client));
    }
    if (const auto there = all_there(clients); !there) return there;
    const auto with = rss_kib(process);
    const auto connections = static_cast<double>(clients.size());
    return tell({"idle",
                 kind.what,
                 {{"connections", connections},
                  {"rss_before_kib", static_cast<double>(before)},
                  {"rss_kib", static_cast<double>(with)},
                  {"kib_per_connection", static_cast<double>(with - before) / connections, 2}}});
}
}  // namespace

Status measure_idle(const WsBench& bench, const WsSink& tell) {
    if (const auto room = allow_connections(bench.connections); !room) return room;
    for (const Kind& kind :
         {Kind{"/api/v1/ws", "/api/v1/ws", "rondo.v1.pb", false}, Kind{"/api/v1/ws, in a session", "/api/v1/ws", "rondo.v1.pb", true},
          Kind{"/test/ws-echo", "/test/ws-echo", "", false}}) {
        if (const auto measured = measure_kind(bench, kind, tell); !measured) return measured;
    }
    return {};
}
}  // namespace rondo::bench
