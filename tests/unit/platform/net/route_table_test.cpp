#include "platform/net/route_table.hpp"

#include <gtest/gtest.h>

namespace rondo::net {
namespace {
struct Row {
    const char* claim;
    Method method;
    std::string path;
    std::string route;   ///< name of the route found; empty: none
    std::string params;  ///< "name=value;" each
    std::string allow;
};

RouteTable table() {
    RouteTable routes;
    const auto add = [&](Method method, const char* pattern, const char* name) {
        routes.add({.method = method, .pattern = pattern, .handler = {}, .name = name});
    };
    add(Method::get, "/", "home");
    add(Method::get, "/api/v1/sessions", "list");
    add(Method::post, "/api/v1/sessions", "create");
    add(Method::get, "/api/v1/sessions/{id}", "show");
    add(Method::delete_, "/api/v1/sessions/{id}", "remove");
    add(Method::post, "/api/v1/sessions/search", "search");
    add(Method::get, "/api/v1/sessions/{id}/turns/{n}/events", "events");
    add(Method::post, "/api/v1/sessions/{session}/stop", "stop");
    add(Method::head, "/page", "page_head");
    add(Method::get, "/page", "page");
    return routes;
}

class Routing : public testing::TestWithParam<Row> {};
TEST_P(Routing, Finds) {
    const Row& row = GetParam();
    const auto routes = table();
    const auto match = routes.match(row.method, row.path);
    EXPECT_EQ(match.route ? match.route->name : "", row.route) << row.claim;
    std::string params;
    for (const auto& [name, value] : match.params) params.append(name).append("=").append(value).append(";");
    EXPECT_EQ(params, row.params) << row.claim;
    EXPECT_EQ(match.allow, row.allow) << row.claim;
    EXPECT_EQ(match.known_path(), !row.route.empty() || !row.allow.empty()) << row.claim;
}
INSTANTIATE_TEST_SUITE_P(Routes, Routing, testing::Values(
    Row{"the root",                              Method::get,     "/",                                "home",   "",               ""},
    Row{"the method chooses",                    Method::post,    "/api/v1/sessions",                 "create", "",               ""},
    Row{"a parameter",                           Method::get,     "/api/v1/sessions/s1",              "show",   "id=s1;",         ""},
    Row{"two parameters",                        Method::get,     "/api/v1/sessions/s1/turns/3/events", "events", "id=s1;n=3;",   ""},
    Row{"each pattern names its parameters",     Method::post,    "/api/v1/sessions/s1/stop",         "stop",   "session=s1;",    ""},
    Row{"a literal wins",                        Method::post,    "/api/v1/sessions/search",          "search", "",               ""},
    Row{"unless only the parameter has it",      Method::get,     "/api/v1/sessions/search",          "show",   "id=search;",     ""},
    Row{"GET answers HEAD",                      Method::head,    "/api/v1/sessions",                 "list",   "",               ""},
    Row{"HEAD's own route comes first",          Method::head,    "/page",                            "page_head", "",            ""},
    Row{"a wrong method lists the right ones",   Method::put,     "/api/v1/sessions",                 "",       "",               "GET, HEAD, POST"},
    Row{"also for unknown methods",              Method::other,   "/api/v1/sessions/s1/stop",         "",       "",               "POST"},
    Row{"an unknown path",                       Method::get,     "/api/v2",                          "",       "",               ""},
    Row{"a path that stops early",               Method::get,     "/api/v1",                          "",       "",               ""},
    Row{"a path that goes on",                   Method::get,     "/api/v1/sessions/s1/x",            "",       "",               ""},
    Row{"a trailing slash is another path",      Method::get,     "/api/v1/sessions/",                "",       "",               ""},
    Row{"a parameter is never empty",            Method::get,     "/api/v1/sessions//turns/1/events", "",       "",               ""},
    Row{"no leading slash",                      Method::get,     "api",                              "",       "",               ""},
    Row{"nothing",                               Method::get,     "",                                 "",       "",               ""}));

TEST(RouteTable, KnowsHowAPlaceRefuses) {
    const auto says = [](const char* word) {
        return [word](const Request&, const Error&) { return Response{.status = 400, .body = word}; };
    };
    RouteTable routes;
    routes.add({.method = Method::post, .pattern = "/v1/chat", .handler = {}, .refusal = says("chat")});
    routes.add({.method = Method::get, .pattern = "/v1/plain", .handler = {}});
    routes.refuse_below("/v1/", says("below"));
    const auto refusal = [&](Method method, std::string_view path) {
        const auto match = routes.match(method, path);
        return match.refusal ? (*match.refusal)({}, {Code::internal, ""}).body : "problem";
    };
    EXPECT_EQ(refusal(Method::post, "/v1/chat"), "chat") << "its own";
    EXPECT_EQ(refusal(Method::get, "/v1/chat"), "chat") << "another method of its path";
    EXPECT_EQ(refusal(Method::get, "/v1/plain"), "problem") << "it has none";
    EXPECT_EQ(refusal(Method::get, "/v1/other"), "below") << "no route";
    EXPECT_EQ(refusal(Method::get, "/v2"), "problem") << "another place";
}

TEST(RouteTable, KeepsTheOrderOfItsRoutes) {
    const auto routes = table();
    ASSERT_EQ(routes.routes().size(), 10U);
    EXPECT_EQ(routes.routes().front().name, "home");
    EXPECT_EQ(name(Method::delete_), "DELETE");
}
}  // namespace
}  // namespace rondo::net
