#pragma once
#include <boost/json/value.hpp>

#include <string>

namespace rondo::support {
/// Why `value` does not fit `schema`, with the place; "" when it does. Knows what our documents use of JSON Schema 2020-12, with
/// $ref into `document`. Throws for a keyword it does not know: a rule that is not checked must not look kept.
[[nodiscard]] std::string schema_fault(const boost::json::value& document, const boost::json::value& schema,
                                       const boost::json::value& value);
/// The same for a schema that is a document of its own.
[[nodiscard]] inline std::string schema_fault(const boost::json::value& schema, const boost::json::value& value) {
    return schema_fault(schema, schema, value);
}
}  // namespace rondo::support
