#include "figures.hpp"

#include "base/json.hpp"
#include "base/json_reader.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace rondo::bench {
std::string to_json(std::string_view bench, std::span<const Figure> figures) {
    // Written by hand because Boost.JSON prints reals with an exponent.
    std::string line = fmt::format(R"({{"bench":"{}")", bench);
    for (const Figure& figure : figures) line += fmt::format(R"(,"{}":{:.{}f})", figure.name, figure.value, figure.decimals);
    return line + "}";
}

std::string to_text(std::span<const Figure> figures) {
    std::size_t width = 0;
    for (const Figure& figure : figures) width = std::max(width, std::string_view{figure.name}.size());
    std::string text;
    for (const Figure& figure : figures) text += fmt::format("{:<{}}  {:>12.{}f}\n", figure.name, width, figure.value, figure.decimals);
    return text;
}

std::vector<Fault> check(std::string_view line, std::string_view bench, std::span<const Figure> figures) {
    const auto parsed = json::parse(line);
    if (!parsed || !parsed->is_object()) return {{"", "not a JSON object"}};
    std::vector<Fault> faults;
    json::ObjectReader in{parsed->as_object(), "", faults};
    std::string name;
    in.required("bench", name, 16);
    if (name != bench) in.fault("bench", fmt::format("must be {}", bench));
    for (const Figure& figure : figures) {
        double value = NAN;
        in.optional(figure.name, value, -1e15, 1e15);
        if (std::isnan(value)) in.fault(figure.name, "must be there and a number");
    }
    in.finish();
    return faults;
}
}  // namespace rondo::bench
