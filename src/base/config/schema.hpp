#pragma once
#include "base/config/field.hpp"

#include <boost/json/fwd.hpp>

#include <string_view>

namespace rondo::config {
/// The dialect of every schema we publish.
inline constexpr const char* kSchemaDialect = "https://json-schema.org/draft/2020-12/schema";

/// The JSON Schema of the file that a description reads: sections are objects, nothing unknown is allowed. What it accepts
/// the loader accepts, except that it cannot judge rules between settings, or how long and how fine a time written with a unit
/// ("250ms") may be. Each setting carries its help, default, variable (`x-env`) and when a change takes effect (`x-reload`).
[[nodiscard]] boost::json::value json_schema(const Description& description, std::string_view title);
}  // namespace rondo::config
