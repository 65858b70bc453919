#include "ws_rig.hpp"

#include "base/json.hpp"
#include "loopback.hpp"

#include <boost/json.hpp>

#include <utility>

namespace rondo::bench {
Result<WsServer> start_ws_server(const WsBench& bench, std::vector<std::string> more, std::vector<std::string> environment) {
    auto data = TemporaryFolder::make();
    if (!data) return propagate(data);
    more.insert(more.begin(), "server.threads=1");
    more.insert(more.end(), bench.settings.begin(), bench.settings.end());
    const auto variables = as_variables(more);
    environment.insert(environment.end(), variables.begin(), variables.end());
    auto program = start_program({.binary = bench.binary,
                                  .data = data->path(),
                                  .scenarios = bench.scenarios,
                                  .environment = clean_environment(std::move(environment)),
                                  .log_level = "error",
                                  .arguments = {"--test-routes"}});
    if (!program) return propagate(program);
    return WsServer{std::move(*data), std::move(*program)};
}

Result<std::string> open_session(std::uint16_t port) {
    const auto answer = fetch(port,
                              "POST /api/v1/sessions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                              "Content-Length: 2\r\n\r\n{}",
                              201);
    if (!answer) return propagate(answer);
    const auto made = json::parse(*answer);
    const auto* id = made && made->is_object() ? made->get_object().if_contains("session_id") : nullptr;
    if (!id || !id->is_string()) return fail(Code::internal, "a new session has no id");
    return std::string{id->get_string()};
}
}  // namespace rondo::bench
