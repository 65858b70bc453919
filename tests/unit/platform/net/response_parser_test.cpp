#include "platform/net/response_parser.hpp"

#include <gtest/gtest.h>

namespace rondo::net {
namespace {
struct Row {
    const char* claim;
    bool to_head;
    std::string bytes;
    bool then_closed;
    std::string shown;
};

class ResponseBytes : public testing::TestWithParam<Row> {};
TEST_P(ResponseBytes, AreReadInAnyPieces) {
    const Row& row = GetParam();
    for (const std::size_t step : {1U, 5U, 1000U}) {
        ResponseParser parser{row.to_head, 100};
        std::string waiting;
        std::string shown;
        for (std::string_view rest = row.bytes; !rest.empty() && shown.empty();) {
            waiting.append(rest.substr(0, step));
            rest.remove_prefix(std::min(step, rest.size()));
            const auto used = parser.feed(waiting);
            if (!used) shown = name(used.error().code);
            else waiting.erase(0, *used);
        }
        if (shown.empty() && row.then_closed) {
            const auto whole = parser.finish();
            if (!whole) shown = name(whole.error().code);
        }
        if (shown.empty()) {
            shown = parser.done()
                        ? std::to_string(parser.response().status) + (parser.keep_alive() ? " keep " : " close ") + parser.response().body
                        : "incomplete";
        }
        EXPECT_EQ(shown, row.shown) << row.claim << ", " << step << " bytes at a time";
    }
}
INSTANTIATE_TEST_SUITE_P(Response, ResponseBytes, testing::Values(
    Row{"a length",                      false, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",                                          false, "200 keep abc"},
    Row{"chunks",                        false, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n",      false, "200 keep abc"},
    Row{"the end of the connection",     false, "HTTP/1.1 200 OK\r\n\r\nabc",                                                               true,  "200 close abc"},
    Row{"an answer to HEAD",             true,  "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n",                                             false, "200 keep "},
    Row{"no content",                    false, "HTTP/1.1 204 No Content\r\n\r\n",                                                          false, "204 keep "},
    Row{"an interim answer first",       false, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na",               false, "200 keep a"},
    Row{"the server wants to close",     false, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",                        false, "200 close "},
    Row{"cut short in the body",         false, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab",                                           true,  "unavailable"},
    Row{"cut short between chunks",      false, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n",                         true,  "unavailable"},
    Row{"cut short in the head",         false, "HTTP/1.1 200 OK\r\n",                                                                      true,  "unavailable"},
    Row{"not HTTP",                      false, "SSH-2.0-OpenSSH_9.2\r\n\r\n",                                                              false, "unavailable"},
    Row{"more than we want",             false, "HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n" + std::string(200, 'x'),                   false, "resource_exhausted"}));
}  // namespace
}  // namespace rondo::net
