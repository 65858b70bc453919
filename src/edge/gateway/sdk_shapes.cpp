#include "edge/gateway/sdk_shapes.hpp"

#include "base/json.hpp"
#include "platform/net/problem.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace rondo::gateway::sdk {
std::string extra_members(const boost::json::object& request, std::span<const std::string_view> read) {
    boost::json::object extra;
    for (const auto& [key, member] : request) {
        if (std::ranges::find(read, std::string_view{key}) == read.end()) extra.emplace(key, member);
    }
    return extra.empty() ? std::string{} : json::write(extra);
}

std::string message_of(const Error& error) {
    std::string message = error.message;
    for (const Fault& fault : error.faults) message += fmt::format("; {}: {}", fault.path, fault.message);
    return message;
}

net::Response refusal(const Error& error, std::string body) {
    net::Response response = net::problem(error);
    if (response.status == 422) response.status = 400;
    response.content_type = "application/json";
    response.body = std::move(body);
    return response;
}
}  // namespace rondo::gateway::sdk
