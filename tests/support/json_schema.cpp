#include "support/json_schema.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <regex>
#include <stdexcept>

namespace rondo::support {
namespace {
using boost::json::array;
using boost::json::object;
using boost::json::value;

/// Notes for readers.
constexpr std::string_view kWithoutRule[] = {"$schema", "title", "description", "default", "format", "writeOnly", "x-env", "x-reload"};
constexpr std::string_view kRules[] = {
    "$ref",       "type",          "const",   "enum",     "oneOf",    "anyOf",         "required",
    "properties", "propertyNames", "items",   "minimum",  "maximum",  "maxProperties", "multipleOf",
    "minLength",  "maxLength",     "pattern", "contains", "maxItems", "uniqueItems",   "additionalProperties"};

bool is_of(const value& v, std::string_view type) {
    if (type == "object") return v.is_object();
    if (type == "array") return v.is_array();
    if (type == "string") return v.is_string();
    if (type == "boolean") return v.is_bool();
    if (type == "null") return v.is_null();
    if (type == "integer") return v.is_int64() || v.is_uint64() || (v.is_double() && v.get_double() == std::trunc(v.get_double()));
    return v.is_number();
}

/// Of UTF-8 text, each counted at its first byte.
std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

bool listed(std::string_view word, const auto& words) { return std::ranges::find(words, word) != std::end(words); }

class Check {
public:
    explicit Check(const value& document) : document_{document} {}

    std::string fault(const value& schema, const value& v, const std::string& at) const {
        const object& rules = schema.as_object();
        for (const auto& [word, rule] : rules) {
            if (!listed(word, kRules) && !listed(word, kWithoutRule))
                throw std::logic_error{fmt::format("the tests do not know the keyword {}", std::string_view{word})};
        }
        if (const auto* ref = rules.if_contains("$ref")) {
            return fault(document_.at_pointer(std::string_view{ref->as_string()}.substr(1)), v, at);
        }
        if (auto found = value_fault(rules, v, at); !found.empty()) return found;
        if (v.is_number()) return number_fault(rules, v.to_number<double>(), at);
        if (v.is_string()) return string_fault(rules, v.get_string(), at);
        if (v.is_array()) return array_fault(rules, v.get_array(), at);
        if (v.is_object()) return object_fault(rules, v.get_object(), at);
        return {};
    }

private:
    static bool of_type(const value& type, const value& v) {
        if (type.is_string()) return is_of(v, type.get_string());
        return std::ranges::any_of(type.as_array(), [&](const value& one) { return is_of(v, one.as_string()); });
    }
    std::string value_fault(const object& rules, const value& v, const std::string& at) const {
        if (const auto* type = rules.if_contains("type"); type && !of_type(*type, v)) return at + " has another type";
        if (const auto* only = rules.if_contains("const"); only && *only != v) return at + " is another value";
        if (const auto* allowed = rules.if_contains("enum");
            allowed && std::ranges::find(allowed->as_array(), v) == allowed->as_array().end()) {
            return at + " is none of the values";
        }
        const auto fitting = [&](const value& choices) {
            return std::ranges::count_if(choices.as_array(), [&](const value& one) { return fault(one, v, at).empty(); });
        };
        if (const auto* choices = rules.if_contains("oneOf"); choices && fitting(*choices) != 1)
            return at + " fits none or several choices";
        if (const auto* choices = rules.if_contains("anyOf"); choices && fitting(*choices) == 0) return at + " fits none of the choices";
        return {};
    }
    static std::string number_fault(const object& rules, double number, const std::string& at) {
        if (const auto* least = rules.if_contains("minimum"); least && number < least->to_number<double>()) return at + " is too small";
        if (const auto* most = rules.if_contains("maximum"); most && number > most->to_number<double>()) return at + " is too large";
        if (const auto* step = rules.if_contains("multipleOf")) {
            const double steps = number / step->to_number<double>();
            if (steps != std::trunc(steps)) return at + " is between two steps";
        }
        return {};
    }
    static std::string string_fault(const object& rules, std::string_view text, const std::string& at) {
        if (const auto* least = rules.if_contains("minLength"); least && characters(text) < least->to_number<std::size_t>())
            return at + " is too short";
        if (const auto* most = rules.if_contains("maxLength"); most && characters(text) > most->to_number<std::size_t>())
            return at + " is too long";
        if (const auto* pattern = rules.if_contains("pattern");
            pattern && !std::regex_search(std::string{text}, std::regex{pattern->as_string().c_str()})) {
            return at + " does not match its pattern";
        }
        return {};
    }
    std::string array_fault(const object& rules, const array& list, const std::string& at) const {
        if (const auto* most = rules.if_contains("maxItems"); most && list.size() > most->to_number<std::size_t>())
            return at + " is too long";
        const auto fits = [&](const value& item) { return fault(rules.at("contains"), item, at).empty(); };
        if (rules.contains("contains") && std::ranges::none_of(list, fits)) return at + " lacks an item";
        const bool unique = rules.contains("uniqueItems") && rules.at("uniqueItems").as_bool();
        const auto* items = rules.if_contains("items");
        for (std::size_t i = 0; i < list.size(); ++i) {
            const std::string below = fmt::format("{}/{}", at, i);
            if (unique && std::find(list.begin() + i + 1, list.end(), list[i]) != list.end()) return below + " is there twice";
            if (!items) continue;
            if (auto found = fault(*items, list[i], below); !found.empty()) return found;
        }
        return {};
    }
    std::string object_fault(const object& rules, const object& v, const std::string& at) const {
        if (const auto* most = rules.if_contains("maxProperties"); most && v.size() > most->to_number<std::size_t>())
            return at + " has too many";
        if (const auto* required = rules.if_contains("required")) {
            for (const auto& name : required->as_array()) {
                if (!v.contains(name.as_string())) return fmt::format("{}/{} is missing", at, std::string_view{name.as_string()});
            }
        }
        for (const auto& [name, member] : v) {
            if (auto found = member_fault(rules, name, member, fmt::format("{}/{}", at, std::string_view{name})); !found.empty())
                return found;
        }
        return {};
    }
    std::string member_fault(const object& rules, std::string_view name, const value& member, const std::string& below) const {
        if (const auto* names = rules.if_contains("propertyNames")) {
            if (auto found = fault(*names, value(name), below); !found.empty()) return found;
        }
        const auto* properties = rules.if_contains("properties");
        const auto* others = rules.if_contains("additionalProperties");
        const auto* schema = properties ? properties->as_object().if_contains(name) : nullptr;
        if (!schema && others && others->is_object()) schema = others;
        if (!schema && others && others->is_bool() && !others->get_bool()) return below + " is not documented";
        return schema ? fault(*schema, member, below) : std::string{};
    }

    const value& document_;
};
}  // namespace

std::string schema_fault(const value& document, const value& schema, const value& v) { return Check{document}.fault(schema, v, ""); }
}  // namespace rondo::support
