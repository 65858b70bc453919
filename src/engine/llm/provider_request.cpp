#include "engine/llm/provider_request.hpp"

#include "base/json.hpp"
#include "engine/llm/error_class.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <utility>

namespace rondo::llm::wire {
std::unexpected<Error> refuse(std::string message) { return fail(provider_error(ErrorClass::caller_fault, std::move(message))); }

boost::json::value text_value(std::string_view text) { return boost::json::value(boost::json::string_view{text.data(), text.size()}); }

Result<boost::json::array> parts_of(const Message& message, Dialect spoken, Dialect ours) {
    if (spoken != ours)
        return refuse("the message has parts that are no text in another API's shape; send text, or name a target of that API");
    auto parsed = json::parse(message.parts);
    if (!parsed || !parsed->is_array()) return refuse("the content of a message must be a text or an array of parts");
    return std::move(parsed->get_array());
}

Result<boost::json::object> parameters_of(const Tool& tool) {
    if (tool.parameters.empty()) return boost::json::object{{"type", "object"}, {"properties", boost::json::object{}}};
    auto parsed = json::parse(tool.parameters);
    if (!parsed || !parsed->is_object()) return refuse("the parameters of a tool must be a JSON Schema object");
    return std::move(parsed->get_object());
}

Status add_extra(boost::json::object& body, const ModelRequest& request, Dialect ours, std::initializer_list<std::string_view> reserved) {
    if (request.extra.empty() || request.dialect != ours) return {};
    auto parsed = json::parse(request.extra);
    if (!parsed || !parsed->is_object()) return refuse("the further members of a request must be a JSON object");
    for (auto& member : parsed->get_object()) {
        const std::string_view key{member.key().data(), member.key().size()};
        if (body.contains(member.key()) || std::ranges::find(reserved, key) != reserved.end()) continue;
        body.emplace(member.key(), std::move(member.value()));
    }
    return {};
}
}  // namespace rondo::llm::wire
