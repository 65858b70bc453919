#include "edge/gateway/handlers.hpp"
#include "platform/net/problem.hpp"

#include <boost/json.hpp>

namespace rondo::gateway {
asio::awaitable<void> Handlers::create_ticket(net::Exchange& exchange) const {
    const auto ticket = api.gate_.ticket(caller.who);
    if (!ticket) co_return co_await refuse(exchange, ticket.error(), ctx);
    net::Response response{.status = 201};
    net::set_header(response, "Cache-Control", "no-store");
    response.body = boost::json::serialize(boost::json::object{{"ticket", ticket->text}, {"expires_in", ticket->lifetime.count()}});
    co_await exchange.respond(std::move(response));
}
}  // namespace rondo::gateway
