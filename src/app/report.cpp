#include "app/report.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace rondo::app {
void report(const Error& error) {
    std::string text = fmt::format("rondo: {}\n", error.message);
    for (const auto& fault : error.faults) text += fmt::format("  {}: {}\n", fault.path, fault.message);
    std::fputs(text.c_str(), stderr);
}
}  // namespace rondo::app
