#include "base/config/schema.hpp"

#include "base/config/convert.hpp"
#include "base/config/duration.hpp"
#include "base/config/suggest.hpp"

#include <boost/json.hpp>

#include <cmath>

namespace rondo::config {
namespace {
using boost::json::array;
using boost::json::object;
using boost::json::value;
using std::chrono::nanoseconds;

constexpr const char* kDurationPattern = "^[0-9]+([.][0-9]+)? *(d|h|m|s|ms|us|ns)$";
constexpr double kExact = 9'007'199'254'740'992.0;  // whole numbers up to here are exact as a double

boost::json::string_view view(std::string_view text) { return {text.data(), text.size()}; }

value number(double n) {
    if (n == std::trunc(n) && std::abs(n) < kExact) return static_cast<std::int64_t>(n);
    return n;
}

void bound(object& schema, double low, double high) {
    if (std::isfinite(low)) schema["minimum"] = number(low);
    if (std::isfinite(high)) schema["maximum"] = number(high);
}

/// Writes the part of a field's schema that follows from its type, bounds and present value.
struct Typed {
    const FieldRef& field;
    object& schema;

    void words(object& of) const {
        const auto* allowed = std::get_if<OneOf>(&field.allowed);
        if (!allowed) return;
        array list;
        for (const auto word : allowed->words) list.push_back(value(view(word)));
        of["enum"] = std::move(list);
    }
    void range(object& of) const {
        if (const auto* range = std::get_if<Range>(&field.allowed)) bound(of, range->low, range->high);
    }

    void operator()(const std::string* text) const { plain(*text); }
    void operator()(const std::filesystem::path* path) const { plain(path->string()); }
    void operator()(const std::optional<std::string>* text) const {
        schema["type"] = {"string", "null"};
        words(schema);
        if (auto* listed = schema.if_contains("enum")) listed->as_array().push_back(nullptr);
        schema["default"] = *text ? value(**text) : value(nullptr);
    }
    void operator()(const bool* flag) const {
        schema["type"] = "boolean";
        schema["default"] = *flag;
    }
    void operator()(const double* real) const {
        schema["type"] = "number";
        range(schema);
        schema["default"] = *real;
    }
    void operator()(const std::vector<std::string>* list) const {
        schema["type"] = "array";
        object item{{"type", "string"}};
        words(item);
        schema["items"] = std::move(item);
        schema["default"] = array(list->begin(), list->end());
    }
    void operator()(const IntegerRef& integer) const {
        schema["type"] = "integer";
        schema["minimum"] = integer.low;
        schema["maximum"] = integer.high;
        if (const auto* range = std::get_if<Range>(&field.allowed)) {
            if (range->low > static_cast<double>(integer.low)) schema["minimum"] = number(range->low);
            if (range->high < static_cast<double>(integer.high)) schema["maximum"] = number(range->high);
        }
        schema["default"] = integer.get(integer.target);
    }
    /// A bare number counts in the unit the key ends in; a text names its own.
    void operator()(const DurationRef& duration) const {
        object text{{"type", "string"}, {"pattern", kDurationPattern}};
        const auto unit = unit_of_key(field.key);
        schema["default"] = value(view(duration_text(duration.get(duration.target))));
        if (!unit) {
            schema.insert(text.begin(), text.end());
            return;
        }
        object bare{{"type", duration.step % *unit == nanoseconds{0} ? "integer" : "number"}, {"minimum", 0}};
        if (duration.step > *unit) bare["multipleOf"] = duration.step / *unit;
        range(bare);
        if (const auto* times = std::get_if<AllowedDurations>(&field.allowed)) {
            const auto in_units = [&](nanoseconds time) { return static_cast<double>(time.count()) / static_cast<double>(unit->count()); };
            bound(bare, in_units(times->low), in_units(times->high));
        }
        const auto present = duration.get(duration.target);
        if (present % *unit == nanoseconds{0}) schema["default"] = present / *unit;
        schema["anyOf"] = {std::move(bare), std::move(text)};
    }

private:
    void plain(const std::string& text) const {
        schema["type"] = "string";
        words(schema);
        schema["default"] = text;
    }
};

object schema_of(const FieldRef& field) {
    object schema{{"description", field.help}};
    std::visit(Typed{field, schema}, field.target);
    if (field.secret) {
        schema.erase("default");
        schema["writeOnly"] = true;
    }
    schema["x-env"] = env_name(field.key);
    schema["x-reload"] = field.reload == Reload::live ? "live" : "restart";
    return schema;
}

object section_schema() {
    // A section whose lines are all commented out reads as null.
    return {{"type", {"object", "null"}}, {"additionalProperties", false}, {"properties", object{}}};
}

/// The properties of the section that `key` lies in; sections come before their fields.
object& properties_at(object& root, std::string_view key) {
    object* at = &root;
    for (auto dot = key.find('.'); dot != key.npos; dot = key.find('.')) {
        object& properties = at->at("properties").as_object();
        auto& section = properties[view(key.substr(0, dot))];
        if (!section.is_object()) section = section_schema();
        at = &section.as_object();
        key.remove_prefix(dot + 1);
    }
    return at->at("properties").as_object();
}
/// Names are free in a map; what stands below each is not.
void add_map(object& root, const MapRef& map) {
    const std::string_view key = map.key;
    auto& section = properties_at(root, key)[view(key.substr(key.rfind('.') + 1))];
    if (!section.is_object()) section = section_schema();
    object entry = section_schema();
    for (const FieldRef& field : map.fresh) {
        std::string_view below = field.key;
        below.remove_prefix(key.size() + kEntryName.size() + 2);
        properties_at(entry, below)[view(below.substr(below.rfind('.') + 1))] = schema_of(field);
    }
    object& schema = section.as_object();
    schema["description"] = map.help;
    schema["propertyNames"] = object{{"pattern", "^[a-z][a-z0-9-]*(_[a-z0-9-]+)*$"}, {"maxLength", 64}};
    schema["additionalProperties"] = std::move(entry);
}
}  // namespace

value json_schema(const Description& description, std::string_view title) {
    object root{{"$schema", kSchemaDialect},
                {"title", view(title)},
                {"type", {"object", "null"}},
                {"additionalProperties", false},
                {"properties", object{}}};
    for (const FieldRef& field : description.fields()) {
        const std::string_view key = field.key;
        properties_at(root, key)[view(key.substr(key.rfind('.') + 1))] = schema_of(field);
    }
    for (const MapRef& map : description.maps()) add_map(root, map);
    return root;
}
}  // namespace rondo::config
