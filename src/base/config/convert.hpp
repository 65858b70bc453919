#pragma once
#include "base/config/document.hpp"
#include "base/config/field.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace rondo::config {
/// Sets the field from what a file, an environment variable or a flag says; nullopt when it worked, else what was expected,
/// what was found and how to write it. A refused value leaves the field as it was. A secret's value is not repeated.
[[nodiscard]] std::optional<std::string> assign(const FieldRef& field, const Node& node);

/// A text from the environment or the command line as a node for `field`: lists are split at commas.
[[nodiscard]] Node node_of(const FieldRef& field, std::string_view text);

/// The field's present value as text: durations in the key's unit, lists joined by commas, secrets as ***.
[[nodiscard]] std::string value_text(const FieldRef& field);
/// "string", "boolean", "integer", "number", "duration", "list" or "path".
[[nodiscard]] std::string_view type_name(const FieldRef& field);
/// What is allowed, e.g. "1 to 65535", "50 ms to 60 s", "one of: reject, queue"; empty: no bound beyond the type's.
[[nodiscard]] std::string allowed_text(const FieldRef& field);
}  // namespace rondo::config
