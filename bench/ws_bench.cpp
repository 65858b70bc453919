#include "ws_bench.hpp"

#include "ws_browser.hpp"
#include "ws_codec.hpp"

#include <fmt/format.h>

namespace rondo::bench {
Status run(const WsBench& bench, std::string_view name, const WsSink& tell) {
    if (name == "idle") return measure_idle(bench, tell);
    if (name == "echo") return measure_echo(bench, tell);
    if (name == "weak") return measure_weak(bench, tell);
    const auto corpus = read_wire_corpus(bench.corpus);
    if (!corpus) return propagate(corpus);
    if (name == "size") return measure_size(*corpus, tell);
    if (name == "decode") return measure_decode(*corpus, bench.rounds, tell);
    if (name == "browser") return measure_browser(*corpus, bench.browser_script, bench.rounds, tell);
    return fail(Code::invalid_argument, fmt::format("there is no case {}", name));
}
}  // namespace rondo::bench
