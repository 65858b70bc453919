#include "edge/mock/prompt.hpp"

#include "base/json.hpp"
#include "base/rng.hpp"
#include "base/text/token_counter.hpp"
#include "base/text/utf8.hpp"

#include <boost/json.hpp>

#include <functional>
#include <utility>

namespace rondo::mock {
namespace {
constexpr std::size_t kMaxDepth = 8;
constexpr std::size_t kQuotedMessage = 60;

boost::json::value fill(const boost::json::object& schema, std::string_view message, std::size_t depth);

boost::json::object fill_members(const boost::json::object& schema, std::string_view message, std::size_t depth) {
    boost::json::object filled;
    const auto* required = schema.if_contains("required");
    const auto* properties = schema.if_contains("properties");
    if (!required || !required->is_array() || !properties || !properties->is_object()) return filled;
    for (const auto& key : required->get_array()) {
        const auto* member = key.is_string() ? properties->get_object().if_contains(key.get_string()) : nullptr;
        if (member && member->is_object()) filled[key.get_string()] = fill(member->get_object(), message, depth + 1);
    }
    return filled;
}

boost::json::value fill(const boost::json::object& schema, std::string_view message, std::size_t depth) {
    if (depth > kMaxDepth) return nullptr;
    if (const auto* choices = schema.if_contains("enum"); choices && choices->is_array() && !choices->get_array().empty()) {
        return choices->get_array().front();
    }
    const std::string type = string_member(schema, "type");
    if (type == "integer" || type == "number") return 1;
    if (type == "boolean") return true;
    if (type == "array") return boost::json::array{};
    if (type == "string") return boost::json::value(text::prefix(message, kQuotedMessage));
    return fill_members(schema, message, depth);
}
}  // namespace

void PromptMeter::add(std::string_view text) {
    tokens_ += text::TokenCounter{}.count(text);
    hash_ = mix(hash_, std::hash<std::string_view>{}(text));
}

void PromptMeter::mark() { marks_.push_back({hash_, tokens_}); }

std::string text_of(const boost::json::value& content) {
    if (content.is_string()) return std::string{content.get_string()};
    std::string text;
    if (!content.is_array()) return text;
    for (const auto& part : content.get_array()) {
        if (!part.is_object()) continue;
        const auto& members = part.get_object();
        if (const auto* own = members.if_contains("text")) text += text_of(*own);
        if (const auto* inner = members.if_contains("content")) text += text_of(*inner);
    }
    return text;
}

std::string arguments_for(const boost::json::value* schema, std::string_view message) {
    if (!schema || !schema->is_object()) return "{}";
    return json::write(fill_members(schema->get_object(), message, 0));
}

std::string string_member(const boost::json::object& object, std::string_view key) {
    const auto* found = object.if_contains(key);
    return found && found->is_string() ? std::string{found->get_string()} : std::string{};
}

bool true_member(const boost::json::object& object, std::string_view key) {
    const auto* found = object.if_contains(key);
    return found && found->is_bool() && found->get_bool();
}
}  // namespace rondo::mock
