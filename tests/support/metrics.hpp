#pragma once
#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <string>
#include <string_view>

namespace rondo::support {
/// The sum of a metric's samples that have all these labels (`target="a"`), of what GET /metrics answers. A label may be cut at its end.
[[nodiscard]] inline double metric(std::string_view told, std::string_view name, std::initializer_list<std::string_view> labels = {}) {
    double sum = 0;
    while (!told.empty()) {
        const auto end = std::min(told.find('\n'), told.size());
        const auto line = told.substr(0, end);
        told.remove_prefix(std::min(end + 1, told.size()));
        const bool named = line.starts_with(name) && line.size() > name.size() && (line[name.size()] == '{' || line[name.size()] == ' ');
        if (!named || !std::ranges::all_of(labels, [line](std::string_view label) { return line.contains(label); })) continue;
        double value = 0;
        std::from_chars(line.data() + line.rfind(' ') + 1, line.data() + line.size(), value);
        sum += value;
    }
    return sum;
}
}  // namespace rondo::support
