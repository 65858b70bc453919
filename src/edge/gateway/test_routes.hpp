#pragma once
#include "platform/net/route_table.hpp"
#include "platform/store/database.hpp"

namespace rondo::gateway {
/// What conformance suites talk to; `rondo serve --test-routes` adds them, nothing else does. They ask nobody who they are.
///
///     GET  /test/ws-echo        a WebSocket that sends every message back as it came; permessage-deflate is offered
///     POST /test/echo           the body back, with its Content-Type
///     POST /test/json           200 when the body is JSON by RFC 8259 and UTF-8, else 400
///     GET  /test/effects/{key}  {"key", "effects"}: how many turns were made with this Idempotency-Key or message id
///
/// The database must outlive the table.
void add_test_routes(net::RouteTable& table, store::Database& database);
}  // namespace rondo::gateway
