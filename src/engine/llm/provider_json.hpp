#pragma once
#include <boost/json/fwd.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

/// Looking into JSON that a provider wrote: what is missing, null or of another type reads as nothing. Views and pointers
/// live as long as the object.
namespace rondo::llm::wire {
[[nodiscard]] const boost::json::object* object_at(const boost::json::object& object, std::string_view key);
[[nodiscard]] const boost::json::array* array_at(const boost::json::object& object, std::string_view key);
[[nodiscard]] std::string_view text_at(const boost::json::object& object, std::string_view key);
/// A whole number, however it is written (3, 3.0).
[[nodiscard]] std::optional<std::int64_t> number_at(const boost::json::object& object, std::string_view key);
[[nodiscard]] bool has(const boost::json::object& object, std::string_view key);  ///< and it is not null
}  // namespace rondo::llm::wire
