#pragma once
#include "base/result.hpp"
#include "program.hpp"
#include "server.hpp"
#include "ws_bench.hpp"

#include <string>
#include <vector>

namespace rondo::bench {
/// `rondo serve --test-routes` with one event loop and a fresh data folder.
struct WsServer {
    TemporaryFolder data;  // goes after the program
    Program program;
};
/// `more` settings, KEY=VALUE, before those of the bench. Errors: those of start_program().
[[nodiscard]] Result<WsServer> start_ws_server(const WsBench& bench, std::vector<std::string> more = {});
}  // namespace rondo::bench
