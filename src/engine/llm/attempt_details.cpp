#include "engine/llm/attempt_details.hpp"

#include "base/json.hpp"
#include "engine/llm/provider_json.hpp"

#include <boost/json.hpp>

#include <chrono>
#include <utility>

namespace rondo::llm {
namespace {
boost::json::value told(const Attempt& attempt) {
    boost::json::object one{{"target", attempt.target}};
    if (attempt.error) one["code"] = attempt.error->reason.empty() ? std::string{name(attempt.error->code)} : attempt.error->reason;
    one["took_us"] = std::chrono::floor<std::chrono::microseconds>(attempt.took).count();
    return one;
}
}  // namespace

std::string attempt_details(std::span<const Attempt> attempts) {
    if (attempts.empty()) return {};
    boost::json::array list;
    for (const Attempt& attempt : attempts) list.push_back(told(attempt));
    return json::write(boost::json::object{{"attempts", std::move(list)}});
}

Origin origin_of(std::string route, std::span<const Attempt> attempts) {
    Origin origin{.route = std::move(route), .attempts = attempts.size()};
    for (const Attempt& attempt : attempts) origin.waited += attempt.took;
    return origin;
}

Tried tried(std::string_view details) {
    if (details.empty()) return {};
    const auto parsed = json::parse(details);
    const auto* list = parsed && parsed->is_object() ? wire::array_at(parsed->get_object(), "attempts") : nullptr;
    if (!list) return {};
    Tried sum;
    for (const auto& one : *list) {
        const auto* attempt = one.if_object();
        if (!attempt) continue;
        ++sum.attempts;
        sum.last = wire::text_at(*attempt, "target");
        sum.waited += std::chrono::microseconds{wire::number_at(*attempt, "took_us").value_or(0)};
    }
    return sum;
}
}  // namespace rondo::llm
