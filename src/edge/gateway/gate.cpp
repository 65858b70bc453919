#include "edge/gateway/gate.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace rondo::gateway {
namespace {
using guard::AccessPolicy;
using guard::Owner;
using guard::Verdict;

/// "1m2.5s", as the providers write it.
std::string span_text(Clock::duration span) {
    const auto millis = std::chrono::ceil<std::chrono::milliseconds>(span).count();
    const auto minutes = millis / 60'000;
    const auto rest = static_cast<double>(millis % 60'000) / 1'000;
    return minutes > 0 ? fmt::format("{}m{}s", minutes, rest) : fmt::format("{}s", rest);
}

void tell(std::vector<net::Header>& headers, const char* kind, const std::optional<guard::RateLimiter::Window>& window) {
    if (!window) return;
    headers.push_back({fmt::format("x-ratelimit-limit-{}", kind), std::to_string(window->limit)});
    headers.push_back({fmt::format("x-ratelimit-remaining-{}", kind), std::to_string(window->remaining)});
    headers.push_back({fmt::format("x-ratelimit-reset-{}", kind), span_text(window->reset_after)});
}

Error too_fast(const guard::RateLimiter::Verdict& said) {
    return {.code = Code::resource_exhausted,
            .message = fmt::format("the key's limit of {} is reached; try again in {}", said.refused_by, span_text(said.retry_after)),
            .reason = "RATE_LIMITED"};
}

/// What a page of an allowed origin may see of an answer besides what CORS lets every page see.
constexpr const char* kExposed =
    "Retry-After, Link, Idempotent-Replay, request-id, x-request-id, x-session-id, x-ratelimit-limit-requests, "
    "x-ratelimit-remaining-requests, x-ratelimit-reset-requests, x-ratelimit-limit-tokens, x-ratelimit-remaining-tokens, "
    "x-ratelimit-reset-tokens";

/// Lets a page of an allowed origin read the answer, and answers the question browsers ask before they send (Fetch, CORS protocol).
/// Keys travel in headers the page itself sets; there are no cookies, so credentials are not allowed for.
void share(const net::Request& request, const net::RouteTable::Match& match, net::RouteTable::Screened& said) {
    said.headers.push_back({"Access-Control-Allow-Origin", std::string{request.header("Origin")}});
    const auto method = request.header("Access-Control-Request-Method");
    if (request.method != net::Method::options || method.empty() || !match.known_path()) {
        said.headers.push_back({"Access-Control-Expose-Headers", kExposed});
        return;
    }
    said.headers.push_back({"Access-Control-Allow-Methods", match.allow});
    if (const auto wanted = request.header("Access-Control-Request-Headers"); !wanted.empty()) {
        said.headers.push_back({"Access-Control-Allow-Headers", std::string{wanted}});
    }
    if (request.header("Access-Control-Request-Private-Network") == "true") {
        said.headers.push_back({"Access-Control-Allow-Private-Network", "true"});
    }
    said.headers.push_back({"Access-Control-Max-Age", "600"});
    said.answer = net::Response{.status = 204, .content_type = {}};
}
}  // namespace

bool Caller::redacts_others() const {
    return AccessPolicy::decide(who.role, access.resource, access.action, Owner::tenant) == Verdict::redacted;
}

Gate::Gate(Parts parts, obs::Registry& registry)
    : parts_{std::move(parts)},
      refused_foreign_{registry.counter("rondo_auth_refused_total", "Requests that were not let in.", {{"reason", "origin"}})},
      refused_unknown_{registry.counter("rondo_auth_refused_total", "Requests that were not let in.", {{"reason", "unknown"}})},
      refused_scope_{registry.counter("rondo_auth_refused_total", "Requests that were not let in.", {{"reason", "scope"}})},
      refused_rate_{registry.counter("rondo_auth_refused_total", "Requests that were not let in.", {{"reason", "rate"}})} {}

Result<Caller> Gate::admit(const net::Request& request, Access access, std::vector<net::Header>& headers) {
    if (AccessPolicy::open(access.resource)) return Caller{Authenticator::anonymous(), access};
    auto who = identify(request, access);
    if (!who && who.error().code == Code::permission_denied) {
        refused_foreign_.add();
        return propagate(who);
    }
    if (!who) {
        refused_unknown_.add();
        headers.push_back({"WWW-Authenticate", "Bearer"});
        return propagate(who);
    }
    if (AccessPolicy::decide(who->role, access.resource, access.action, Owner::self) != Verdict::allowed) {
        refused_scope_.add();
        return fail(
            Error{.code = Code::permission_denied,
                  .message = fmt::format("a key with the scope {} may not do this; ask the operator for one that may", name(who->role)),
                  .reason = "SCOPE_TOO_NARROW"});
    }
    const auto said = limiter_.admit(who->key, who->limits, Clock::now());
    tell(headers, "requests", said.requests);
    tell(headers, "tokens", said.tokens);
    if (!said.admitted) {
        refused_rate_.add();
        headers.push_back({"Retry-After", std::to_string(std::chrono::ceil<std::chrono::seconds>(said.retry_after).count())});
        return fail(too_fast(said));
    }
    return Caller{std::move(*who), access, headers};
}

Status Gate::admit_again(const guard::Principal& who) {
    if (const auto good = parts_.authenticator.check_again(who); !good) {
        refused_unknown_.add();
        return good;
    }
    const auto said = limiter_.admit(who.key, who.limits, Clock::now());
    if (said.admitted) return {};
    refused_rate_.add();
    auto error = too_fast(said);
    error.retry_after = std::chrono::ceil<std::chrono::milliseconds>(said.retry_after);
    return fail(std::move(error));
}

Result<guard::Principal> Gate::identify(const net::Request& request, Access access) {
    if (!access.web_socket) return parts_.authenticator.authenticate(request);
    const auto ticket = request.query_value("ticket");
    if (const auto fine = parts_.origins.admit_web_socket(request, ticket.has_value()); !fine) return propagate(fine);
    if (!ticket) return parts_.authenticator.authenticate(request);
    return tickets_.redeem(*ticket);
}

void Gate::audit(const Caller& caller, std::string_view route, std::string_view path, const TraceContext& trace) const {
    const bool changes = caller.access.action == guard::Action::change && caller.who.role == guard::Role::admin;
    if (!changes || caller.who.anonymous() || !parts_.audit) return;
    const std::string trace_id = trace.trace_hex();
    parts_.audit({caller.who, route, path, trace_id});
}

net::RouteTable::Screened Gate::screen(const net::Request& request, const net::RouteTable::Match& match) const {
    const auto& origins = parts_.origins;
    net::RouteTable::Screened said;
    if (origins.crosses()) said.headers.push_back({"Vary", "Origin"});
    const bool vital = match.route && match.route->priority == net::Priority::vital;
    if (!vital && parts_.authenticator.open()) {
        if (const auto known = origins.admit_host(request); !known) said.refused = known.error();
    }
    if (!said.refused) {
        if (const auto fine = origins.admit(request); !fine) said.refused = fine.error();
    }
    if (said.refused) {
        refused_foreign_.add();
        return said;
    }
    if (origins.crosses() && origins.standing(request) == net::OriginPolicy::Standing::allowed) share(request, match, said);
    return said;
}

net::Response WithHeaders::added(net::Response response) const {
    response.headers.insert(response.headers.end(), headers_.begin(), headers_.end());
    return response;
}
}  // namespace rondo::gateway
