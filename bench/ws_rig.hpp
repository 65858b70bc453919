#pragma once
#include "base/result.hpp"
#include "program.hpp"
#include "server.hpp"
#include "ws_bench.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace rondo::bench {
/// `rondo serve --test-routes` with one event loop and a fresh data folder.
struct WsServer {
    TemporaryFolder data;  // goes after the program
    Program program;
};
/// `more` settings, KEY=VALUE, before those of the bench; `environment`: variables besides. Errors: those of start_program().
[[nodiscard]] Result<WsServer> start_ws_server(const WsBench& bench, std::vector<std::string> more = {},
                                               std::vector<std::string> environment = {});

/// A new session of the default scenario. Errors: those of fetch().
[[nodiscard]] Result<std::string> open_session(std::uint16_t port);
}  // namespace rondo::bench
