#include "edge/gateway/sdk_shapes.hpp"

#include "base/json.hpp"
#include "platform/net/problem.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
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

std::string code_of(const Error& error) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kTheirs{{{"KEY_REQUIRED", "invalid_api_key"},
                                                                                    {"MODEL_NOT_FOUND", "model_not_found"},
                                                                                    {"NO_TARGET", "model_not_found"},
                                                                                    {"CONTEXT_TOO_LONG", "context_length_exceeded"},
                                                                                    {"RATE_LIMITED", "rate_limit_exceeded"},
                                                                                    {"BUDGET_EXHAUSTED", "budget_exceeded"},
                                                                                    {"POLICY_REFUSAL", "content_filter"}}};
    const auto theirs = std::ranges::find(kTheirs, std::string_view{error.reason}, &std::pair<std::string_view, std::string_view>::first);
    if (theirs != kTheirs.end()) return std::string{theirs->second};
    if (error.code == Code::unauthenticated) return "invalid_api_key";
    std::string word = error.reason.empty() ? std::string{name(error.code)} : error.reason;
    for (char& c : word) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    return word;
}

boost::json::array attempts_of(const Error& error) {
    if (error.details.empty()) return {};
    auto details = json::parse(error.details);
    auto* attempts = details && details->is_object() ? details->get_object().if_contains("attempts") : nullptr;
    return attempts && attempts->is_array() ? std::move(attempts->get_array()) : boost::json::array{};
}

net::Response refusal(const Error& error, std::string body) {
    net::Response response = net::problem(error);
    if (response.status == 422) response.status = 400;
    if (error.reason == "BUDGET_EXHAUSTED" || error.reason == "PROVIDER_KEY_REFUSED") net::set_header(response, "x-should-retry", "false");
    response.content_type = "application/json";
    response.body = std::move(body);
    return response;
}
}  // namespace rondo::gateway::sdk
