#pragma once
#include "base/result.hpp"
#include "figures.hpp"

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rondo::bench {
/// One configuration of a case of `rondo-bench ws`, measured: a line of its output.
struct WsRow {
    std::string name;             ///< the case: size, decode, browser, idle, echo, weak
    std::string what;             ///< what was measured in it: "pb", "125 B, 16 connections"
    std::vector<Figure> figures;  ///< whose names have static storage
};

/// Told each row as soon as it is measured; an error ends the bench.
using WsSink = std::function<Status(const WsRow&)>;

/// {"bench":"ws","case":NAME,"what":WHAT,"<figure>":value,...}
[[nodiscard]] std::string to_json(const WsRow& row);
/// A line of a table: case, what, and each figure with its name.
[[nodiscard]] std::string to_text(const WsRow& row);
/// For each target of the rows' figures a line: case, figure, what it should be, what was found, met or missed.
[[nodiscard]] std::string ws_targets_text(std::span<const WsRow> rows);
/// What is wrong with a line as programs read it: a field is absent or another one than agreed. Empty: nothing.
[[nodiscard]] std::vector<Fault> check_ws(std::string_view line);
}  // namespace rondo::bench
