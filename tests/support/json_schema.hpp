#pragma once
#include <boost/json/value.hpp>

#include <string>

namespace rondo::support {
/// Why `value` does not fit `schema`, with the place; "" when it does. Knows what our documents use of JSON Schema 2020-12: $ref
/// (into `document`), type, const, enum, oneOf, required, properties, additionalProperties, items, minimum, maximum.
[[nodiscard]] std::string schema_fault(const boost::json::value& document, const boost::json::value& schema,
                                       const boost::json::value& value);
}  // namespace rondo::support
