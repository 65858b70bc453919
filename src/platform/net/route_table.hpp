#pragma once
#include "base/result.hpp"
#include "platform/net/admission.hpp"
#include "platform/net/message.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rondo::net {
namespace asio = boost::asio;
class Exchange;

/// Answers one request. Runs on the connection's thread and must not block it. The Exchange lives until the handler returns.
using Handler = std::function<asio::awaitable<void>(Exchange&)>;

/// Writes what is refused before or instead of a handler: body limits, other methods, overload, a handler that failed.
/// Thread-safe and quick.
using RefusalWriter = std::function<Response(const Request&, const Error&)>;

struct Route {
    Method method{Method::get};
    std::string pattern;  ///< "/api/v1/sessions/{id}/turns/{n}": a parameter fills one whole, non-empty segment
    Handler handler;
    std::size_t max_body{1U << 20U};  ///< bytes; the server's own limit may be lower
    std::string name{};
    std::string summary{};
    RefusalWriter refusal{};  ///< empty: problem()
    Priority priority{Priority::fresh};
};

/// Which handler answers a path. Filled before the server starts, constant afterwards (then safe for many threads).
class RouteTable {
public:
    struct Param {
        std::string_view name;  ///< points into the table
        std::string value;
    };
    struct Match {
        const Route* route{nullptr};  ///< points into the table
        std::vector<Param> params;
        std::string allow;  ///< for a known path without the method: the methods it has, as the Allow header says them
        const RefusalWriter* refusal{nullptr};  ///< of the route, of another route of its path, or of refuse_below(); null: problem()
        [[nodiscard]] bool known_path() const { return route || !allow.empty(); }
    };

    /// What a Screen says of a request.
    struct Screened {
        std::optional<Error> refused{};    ///< told in the route's words
        std::optional<Response> answer{};  ///< given in the route's place
        std::vector<Header> headers{};     ///< go onto the answer, whoever gives it
    };
    /// Looks at every request when its head is known, before its body is read and any route or refusal of a path answers.
    /// Thread-safe and quick.
    using Screen = std::function<Screened(const Request&, const Match&)>;

    RouteTable();
    ~RouteTable();
    RouteTable(RouteTable&&) noexcept;
    RouteTable& operator=(RouteTable&&) noexcept;

    /// The pattern must begin with '/', and each pair of method and pattern may be added once (asserted).
    void add(Route route);
    /// How a path that begins with `prefix` and has no route is refused. The first prefix that fits counts.
    void refuse_below(std::string prefix, RefusalWriter refusal);
    void screen(Screen screen) { screen_ = std::move(screen); }
    [[nodiscard]] Screened screened(const Request& request, const Match& match) const {
        return screen_ ? screen_(request, match) : Screened{};
    }
    /// `path` is decoded. A literal segment wins over a parameter; GET answers HEAD unless HEAD has its own route.
    [[nodiscard]] Match match(Method method, std::string_view path) const;
    [[nodiscard]] const std::deque<Route>& routes() const { return routes_; }

private:
    struct Node;
    struct Search;
    static bool descend(const Node& node, std::string_view rest, Search& search);

    struct Below {
        std::string prefix;
        RefusalWriter refusal;
    };

    std::deque<Route> routes_;  // a deque keeps addresses
    std::deque<Below> below_;
    Screen screen_;
    std::unique_ptr<Node> root_;
};
}  // namespace rondo::net
