#include "platform/net/outbound_head.hpp"

#include <gtest/gtest.h>

namespace rondo::net {
namespace {
struct Row {
    const char* claim;
    ClientRequest request;
    std::string head;  ///< empty: refused
};
class Heads : public testing::TestWithParam<Row> {};
TEST_P(Heads, SayOnlyWhatIsMeant) {
    const Row& row = GetParam();
    const auto head = render_head(row.request, *parse_url("http://host/v1"), false, "Host: host\r\n");
    EXPECT_EQ(head ? *head : "", row.head) << row.claim;
    if (!head) EXPECT_EQ(head.error().code, Code::invalid_argument);
}
ClientRequest with(std::string name, std::string value) { return {.target = "/a", .headers = {{std::move(name), std::move(value)}}}; }
INSTANTIATE_TEST_SUITE_P(Outbound, Heads, testing::Values(
    Row{"a target below the endpoint's path", {.target = "/a?b=c"}, "GET /v1/a?b=c HTTP/1.1\r\nHost: host\r\n\r\n"},
    Row{"a header",                           with("X-A", "b c"),   "GET /v1/a HTTP/1.1\r\nHost: host\r\nX-A: b c\r\n\r\n"},
    Row{"a body",                             {.method = Method::put, .target = "/a", .body = "xyz", .content_type = "text/plain"},
                                              "PUT /v1/a HTTP/1.1\r\nHost: host\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\n"},
    Row{"an empty body",                      {.method = Method::post, .target = "/a"},
                                              "POST /v1/a HTTP/1.1\r\nHost: host\r\nContent-Type: application/json\r\nContent-Length: 0\r\n\r\n"},
    Row{"a target that begins elsewhere",     {.target = "a"},                       ""},
    Row{"a target with a blank",              {.target = "/a b"},                    ""},
    Row{"a target with a line break",         {.target = "/a\r\nX: y"},              ""},
    Row{"a header with a line break",         with("X-A", "b\r\nX: y"),              ""},
    Row{"a header's name with a blank",       with("X A", "b"),                      ""},
    Row{"a header without a name",            with("", "b"),                         ""},
    Row{"framing of the caller's",            with("transfer-encoding", "chunked"),  ""},
    Row{"an encoding we could not read",      with("Accept-Encoding", "gzip"),       ""},
    Row{"another host",                       with("HOST", "other"),                 ""}));
}  // namespace
}  // namespace rondo::net
