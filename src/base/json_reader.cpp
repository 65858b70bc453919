#include "base/json_reader.hpp"

#include "base/json.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

namespace rondo::json {
ObjectReader::ObjectReader(const boost::json::object& object, std::string pointer, std::vector<Fault>& faults)
    : object_{object}, pointer_{std::move(pointer)}, faults_{faults} {}

const boost::json::value* ObjectReader::find(std::string_view key) {
    known_.emplace(key);
    const auto* value = object_.if_contains(key);
    return value && !value->is_null() ? value : nullptr;
}

void ObjectReader::fault(std::string_view key, std::string message) { faults_.push_back({join(pointer_, key), std::move(message)}); }

bool ObjectReader::optional(std::string_view key, std::string& out, std::size_t max_bytes) {
    const auto* value = find(key);
    if (!value) return false;
    const auto* text = value->if_string();
    if (!text) return fault(key, "must be a string"), false;
    if (text->size() > max_bytes) return fault(key, fmt::format("must be at most {} bytes", max_bytes)), false;
    out.assign(text->data(), text->size());
    return true;
}

bool ObjectReader::required(std::string_view key, std::string& out, std::size_t max_bytes) {
    if (!find(key)) return fault(key, "is required"), false;
    return optional(key, out, max_bytes);
}

bool ObjectReader::optional(std::string_view key, std::int64_t& out, std::int64_t low, std::int64_t high) {
    const auto* value = find(key);
    if (!value) return false;
    if (!value->is_int64() || value->get_int64() < low || value->get_int64() > high) {
        return fault(key, fmt::format("must be an integer from {} to {}", low, high)), false;
    }
    out = value->get_int64();
    return true;
}

bool ObjectReader::required(std::string_view key, std::int64_t& out, std::int64_t low, std::int64_t high) {
    if (!find(key)) return fault(key, "is required"), false;
    return optional(key, out, low, high);
}

bool ObjectReader::optional(std::string_view key, double& out, double low, double high) {
    const auto* value = find(key);
    if (!value) return false;
    const double number = value->is_number() ? value->to_number<double>() : high + 1;
    if (!(number >= low && number <= high)) return fault(key, fmt::format("must be a number from {} to {}", low, high)), false;
    out = number;
    return true;
}

bool ObjectReader::optional(std::string_view key, bool& out) {
    const auto* value = find(key);
    if (!value) return false;
    if (!value->is_bool()) return fault(key, "must be true or false"), false;
    out = value->get_bool();
    return true;
}

const boost::json::object* ObjectReader::object(std::string_view key) {
    const auto* value = find(key);
    if (value && !value->is_object()) fault(key, "must be an object");
    return value ? value->if_object() : nullptr;
}

const boost::json::array* ObjectReader::array(std::string_view key) {
    const auto* value = find(key);
    if (value && !value->is_array()) fault(key, "must be an array");
    return value ? value->if_array() : nullptr;
}

const boost::json::value* ObjectReader::any(std::string_view key) { return find(key); }

void ObjectReader::finish() {
    for (const auto& member : object_) {
        if (!known_.contains(std::string_view{member.key()})) fault(member.key(), "is not a known field");
    }
}

Error invalid(std::vector<Fault> faults, std::string message) {
    return Error{.code = Code::invalid_argument, .message = std::move(message), .faults = std::move(faults), .reason = "INVALID_FIELDS"};
}
}  // namespace rondo::json
