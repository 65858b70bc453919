#include "support/json_schema.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace rondo::support {
namespace {
using boost::json::object;
using boost::json::value;

bool is_of(const value& v, std::string_view type) {
    if (type == "object") return v.is_object();
    if (type == "array") return v.is_array();
    if (type == "string") return v.is_string();
    if (type == "boolean") return v.is_bool();
    if (type == "null") return v.is_null();
    if (type == "integer") return v.is_int64() || v.is_uint64();
    return v.is_number();
}

class Check {
public:
    explicit Check(const value& document) : document_{document} {}

    std::string fault(const value& schema, const value& v, const std::string& at) const {
        const object& rules = schema.as_object();
        if (const auto* ref = rules.if_contains("$ref")) {
            return fault(document_.at_pointer(std::string_view{ref->as_string()}.substr(1)), v, at);
        }
        if (const auto* type = rules.if_contains("type"); type && !of_type(*type, v)) return at + " has another type";
        if (const auto* only = rules.if_contains("const"); only && *only != v) return at + " is another value";
        if (const auto* allowed = rules.if_contains("enum");
            allowed && std::ranges::find(allowed->as_array(), v) == allowed->as_array().end()) {
            return at + " is none of the values";
        }
        if (const auto* choices = rules.if_contains("oneOf")) {
            const auto fitting = std::ranges::count_if(choices->as_array(), [&](const value& one) { return fault(one, v, at).empty(); });
            if (fitting != 1) return fmt::format("{} fits {} of the choices", at, fitting);
        }
        if (v.is_number()) return range_fault(rules, v, at);
        if (v.is_object()) return object_fault(rules, v.get_object(), at);
        if (const auto* items = rules.if_contains("items"); items && v.is_array()) {
            for (std::size_t i = 0; i < v.get_array().size(); ++i) {
                if (auto found = fault(*items, v.get_array()[i], fmt::format("{}/{}", at, i)); !found.empty()) return found;
            }
        }
        return {};
    }

private:
    static bool of_type(const value& type, const value& v) {
        if (type.is_string()) return is_of(v, type.get_string());
        return std::ranges::any_of(type.as_array(), [&](const value& one) { return is_of(v, one.as_string()); });
    }
    static std::string range_fault(const object& rules, const value& v, const std::string& at) {
        const auto number = v.to_number<double>();
        if (const auto* least = rules.if_contains("minimum"); least && number < least->to_number<double>()) return at + " is too small";
        if (const auto* most = rules.if_contains("maximum"); most && number > most->to_number<double>()) return at + " is too large";
        return {};
    }
    std::string object_fault(const object& rules, const object& v, const std::string& at) const {
        if (const auto* required = rules.if_contains("required")) {
            for (const auto& name : required->as_array()) {
                if (!v.contains(name.as_string())) return fmt::format("{}/{} is missing", at, std::string_view{name.as_string()});
            }
        }
        const auto* properties = rules.if_contains("properties");
        const auto* others = rules.if_contains("additionalProperties");
        for (const auto& [name, member] : v) {
            const std::string below = fmt::format("{}/{}", at, std::string_view{name});
            const auto* schema = properties ? properties->as_object().if_contains(name) : nullptr;
            if (!schema && others && others->is_object()) schema = others;
            if (!schema && others && others->is_bool() && !others->get_bool()) return below + " is not documented";
            if (!schema) continue;
            if (auto found = fault(*schema, member, below); !found.empty()) return found;
        }
        return {};
    }

    const value& document_;
};
}  // namespace

std::string schema_fault(const value& document, const value& schema, const value& v) { return Check{document}.fault(schema, v, ""); }
}  // namespace rondo::support
