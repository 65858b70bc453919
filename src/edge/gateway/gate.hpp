#pragma once
#include "base/obs/registry.hpp"
#include "base/trace.hpp"
#include "edge/gateway/authenticator.hpp"
#include "mind/guard/access_policy.hpp"
#include "mind/guard/principal.hpp"
#include "mind/guard/rate_limiter.hpp"
#include "mind/guard/ticket_office.hpp"
#include "platform/net/exchange.hpp"
#include "platform/net/origin.hpp"
#include "platform/net/route_table.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <string>
#include <vector>

namespace rondo::gateway {
namespace asio = boost::asio;

/// What a route needs; the list of routes (api.cpp) states it for each.
struct Access {
    guard::Resource resource{guard::Resource::open};
    guard::Action action{guard::Action::read};
    bool web_socket{false};  ///< a handshake: only from pages that may use the server, and a ticket (`?ticket=`) does for a key
};

/// Who makes a call to a route, and how far it reaches there.
struct Caller {
    guard::Principal who;
    Access access;
    std::vector<net::Header> headers{};  ///< what its limits add to the answer

    [[nodiscard]] Reach reach() const { return guard::AccessPolicy::reach(who.role, access.resource, access.action); }
    /// The texts of this user's sessions are not for the caller; those of any user but itself.
    [[nodiscard]] bool redacts(std::string_view owner) const { return owner != who.scope.user.value && redacts_others(); }
    [[nodiscard]] bool redacts_others() const;
};

/// An admin changed something, or tried to.
struct AuditEvent {
    const guard::Principal& who;
    std::string_view route, path, trace_id;
};

/// The way in: authentication, policy, limits; all that comes before a handler. Thread-safe.
class Gate {
public:
    struct Parts {
        Authenticator authenticator;
        net::OriginPolicy origins{};
        std::function<void(const AuditEvent&)> audit{};  ///< may be empty
    };
    Gate(Parts parts, obs::Registry& registry);

    /// What pages of other origins, and names that are not the server's, get to hear instead of a route; and CORS's headers.
    [[nodiscard]] net::RouteTable::Screened screen(const net::Request& request, const net::RouteTable::Match& match) const;
    /// For the caller's next WebSocket. Errors: TicketOffice::issue's.
    [[nodiscard]] Result<guard::TicketOffice::Ticket> ticket(const guard::Principal& who) { return tickets_.issue(who); }

    /// Who calls. Errors: `unauthenticated`; `permission_denied` (reason SCOPE_TOO_NARROW; FOREIGN_ORIGIN for a WebSocket);
    /// `resource_exhausted` (reason RATE_LIMITED; `headers` says for how long).
    [[nodiscard]] Result<Caller> admit(const net::Request& request, Access access, std::vector<net::Header>& headers);
    /// One more thing that a caller does who stays, on a WebSocket. Errors: Authenticator::check_again's; `resource_exhausted`, reason
    /// RATE_LIMITED.
    [[nodiscard]] Status admit_again(const guard::Principal& who);
    /// What a call used in the end.
    void spend(const guard::Principal& who, std::int64_t tokens) { limiter_.spend(who.key, who.limits, tokens, Clock::now()); }
    void audit(const Caller& caller, std::string_view route, std::string_view path, const TraceContext& trace) const;

private:
    [[nodiscard]] Result<guard::Principal> identify(const net::Request& request, Access access);

    Parts parts_;
    guard::RateLimiter limiter_;
    guard::TicketOffice tickets_;
    obs::Counter& refused_foreign_;
    obs::Counter& refused_unknown_;
    obs::Counter& refused_scope_;
    obs::Counter& refused_rate_;
};

/// An exchange whose answer also has these headers. Both must outlive it.
class WithHeaders final : public net::Exchange {
public:
    WithHeaders(net::Exchange& inner, const std::vector<net::Header>& headers) : inner_{inner}, headers_{headers} {}
    [[nodiscard]] const net::Request& request() const override { return inner_.request(); }
    [[nodiscard]] std::string_view param(std::string_view name) const override { return inner_.param(name); }
    asio::awaitable<Status> respond(net::Response response) override { return inner_.respond(added(std::move(response))); }
    asio::awaitable<Result<net::EventStream*>> stream(net::Response head) override { return inner_.stream(added(std::move(head))); }
    asio::awaitable<Result<net::WebSocket*>> upgrade(net::WebSocket::Options options) override {
        return inner_.upgrade(std::move(options));
    }
    [[nodiscard]] Result<net::Admission::Place> begin_work(net::Priority priority) override { return inner_.begin_work(priority); }
    void watch_peer() override { inner_.watch_peer(); }
    [[nodiscard]] bool peer_gone() override { return inner_.peer_gone(); }

private:
    [[nodiscard]] net::Response added(net::Response response) const;
    net::Exchange& inner_;
    const std::vector<net::Header>& headers_;
};
}  // namespace rondo::gateway
