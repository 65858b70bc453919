#pragma once
#include "base/result.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rondo::bench {
/// One measured number: its name says the unit.
struct Figure {
    const char* name;
    double value;
    int decimals{0};
};

/// {"bench":NAME,"<figure>":value,...} in the order given.
[[nodiscard]] std::string to_json(std::string_view bench, std::span<const Figure> figures);
/// One line a figure, in columns.
[[nodiscard]] std::string to_text(std::span<const Figure> figures);
/// What is wrong with a line as programs read it: not exactly these fields, or not a number. Empty: nothing.
[[nodiscard]] std::vector<Fault> check(std::string_view line, std::string_view bench, std::span<const Figure> figures);
}  // namespace rondo::bench
