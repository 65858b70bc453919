#include "engine/llm/provider_json.hpp"

#include <boost/json.hpp>

#include <cmath>

namespace rondo::llm::wire {
namespace {
constexpr double kExact = 9'007'199'254'740'992.0;  // whole numbers up to here are exact as a double
}

const boost::json::object* object_at(const boost::json::object& object, std::string_view key) {
    const auto* found = object.if_contains(key);
    return found ? found->if_object() : nullptr;
}

const boost::json::array* array_at(const boost::json::object& object, std::string_view key) {
    const auto* found = object.if_contains(key);
    return found ? found->if_array() : nullptr;
}

std::string_view text_at(const boost::json::object& object, std::string_view key) {
    const auto* found = object.if_contains(key);
    const auto* text = found ? found->if_string() : nullptr;
    return text ? std::string_view{text->data(), text->size()} : std::string_view{};
}

std::optional<std::int64_t> number_at(const boost::json::object& object, std::string_view key) {
    const auto* found = object.if_contains(key);
    if (!found) return std::nullopt;
    if (const auto* whole = found->if_int64()) return *whole;
    if (const auto* real = found->if_double(); real && *real == std::trunc(*real) && std::abs(*real) < kExact) {
        return static_cast<std::int64_t>(*real);
    }
    return std::nullopt;
}

bool has(const boost::json::object& object, std::string_view key) {
    const auto* found = object.if_contains(key);
    return found && !found->is_null();
}
}  // namespace rondo::llm::wire
