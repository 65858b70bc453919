#pragma once
#include "base/describe.hpp"

#include <string>

namespace rondo::obs {
struct Config {
    std::string level{"info"};  ///< read with parse_level()
    int queue_lines{2048};            ///< lines
};

template <class Visitor>
void describe(Visitor& v, Config& c) {
    v.field("level", c.level, Reload::live, "Least severe log lines written to stderr.",
            OneOf{{"trace", "debug", "info", "warn", "error", "off"}});
    v.field("queue_lines", c.queue_lines, Reload::restart, "Log lines waiting to be written; past it the oldest are dropped.",
            in(16, 1'000'000));
}
}  // namespace rondo::obs
