#include "ws_rig.hpp"

#include <utility>

namespace rondo::bench {
Result<WsServer> start_ws_server(const WsBench& bench, std::vector<std::string> more) {
    auto data = TemporaryFolder::make();
    if (!data) return propagate(data);
    more.insert(more.begin(), "server.threads=1");
    more.insert(more.end(), bench.settings.begin(), bench.settings.end());
    more = as_variables(more);
    auto program = start_program({.binary = bench.binary,
                                  .data = data->path(),
                                  .scenarios = bench.scenarios,
                                  .environment = clean_environment(std::move(more)),
                                  .log_level = "error",
                                  .arguments = {"--test-routes"}});
    if (!program) return propagate(program);
    return WsServer{std::move(*data), std::move(*program)};
}
}  // namespace rondo::bench
