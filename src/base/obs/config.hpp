#pragma once
#include "base/describe.hpp"

#include <string>

namespace rondo::obs {
struct Config {
    std::string log_level{"info"};  ///< read with parse_level()
    int log_queue{2048};            ///< lines
};

template <class Visitor>
void describe(Visitor& v, Config& c) {
    v.field("log_level", c.log_level, Reload::live, "Least severe log lines written to stderr.",
            OneOf{{"trace", "debug", "info", "warn", "error", "off"}});
    v.field("log_queue", c.log_queue, Reload::restart, "Log lines waiting to be written; past it the oldest are dropped.",
            in(16, 1'000'000));
}
}  // namespace rondo::obs
