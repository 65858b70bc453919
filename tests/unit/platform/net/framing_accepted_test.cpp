// What is sound gets through however it arrives, and the connection goes on behind it.
#include "framing_fixture.hpp"

namespace rondo::net {
namespace {
struct Accepted {
    const char* claim;
    std::string bytes;
    std::string understood;
    bool goes_on{true};  ///< a further request on the connection is answered
};
std::string post(const std::string& headers, const std::string& body) {
    return "POST /echo HTTP/1.1\r\nHost: h\r\n" + headers + "\r\n" + body;
}
std::string chunks(const std::string& body) { return post("Transfer-Encoding: chunked\r\n", body); }

class FramingAccepted : public FramingTest, public testing::WithParamInterface<Accepted> {};
TEST_P(FramingAccepted, AndTheConnectionGoesOn) {
    const Accepted& row = GetParam();
    const std::string bytes = row.bytes + "GET /next HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
    const std::string expected = row.understood + (row.goes_on ? "[GET /next|]" : "");
    std::string all_fine;
    for (auto left = std::ranges::count(expected, '['); left > 0; --left) all_fine += left > 1 ? "200 " : "200";
    for (const auto& pieces : deliveries(bytes.size())) {
        SCOPED_TRACE(testing::Message() << row.claim << ", first piece " << pieces.front());
        EXPECT_EQ(statuses(converse_in(bytes, pieces)), all_fine);
        EXPECT_EQ(understood, expected);
        if (HasFailure()) return;
    }
}

INSTANTIATE_TEST_SUITE_P(Sound, FramingAccepted, testing::Values(
    Accepted{"the least there is",             "GET /echo HTTP/1.1\r\nHost: h\r\n\r\n",                        "[GET /echo|]"},
    Accepted{"HEAD",                           "HEAD /echo HTTP/1.1\r\nHost: h\r\n\r\n",                       "[HEAD /echo|]"},
    Accepted{"a query",                        "GET /echo?a=b&c HTTP/1.1\r\nHost: h\r\n\r\n",                  "[GET /echo a=b&c|]"},
    Accepted{"an escape in the path",          "GET /%65cho HTTP/1.1\r\nHost: h\r\n\r\n",                      "[GET /echo|]"},
    Accepted{"a blank line first",             "\r\nGET /echo HTTP/1.1\r\nHost: h\r\n\r\n",                    "[GET /echo|]"},
    Accepted{"white space around a value",     "GET /echo HTTP/1.1\r\nHost: \t h \t\r\n\r\n",                  "[GET /echo|]"},
    Accepted{"an empty value",                 "GET /echo HTTP/1.1\r\nHost: h\r\nX:\r\n\r\n",                  "[GET /echo|]"},
    Accepted{"text of another script",         "GET /echo HTTP/1.1\r\nHost: h\r\nX: \xe4\xbd\xa0\r\n\r\n",     "[GET /echo|]"},
    Accepted{"every character of a name",      "GET /echo HTTP/1.1\r\nHost: h\r\nA!#$%&'*+-.^_`|~9: x\r\n\r\n", "[GET /echo|]"},
    Accepted{"names in any case",              "POST /echo HTTP/1.1\r\nhOsT: h\r\ncOnTeNt-LeNgTh: 3\r\n\r\nabc", "[POST /echo|abc]"},
    Accepted{"a host with a port",             "GET /echo HTTP/1.1\r\nHost: h.example:8080\r\n\r\n",           "[GET /echo|]"},
    Accepted{"an IPv6 host",                   "GET /echo HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n",               "[GET /echo|]"},
    Accepted{"the target of a proxy",          "GET http://h/echo?a HTTP/1.1\r\nHost: h\r\n\r\n",              "[GET /echo a|]"},
    Accepted{"a proxy that adds the port",     "GET HTTP://H:80/echo HTTP/1.1\r\nHost: h\r\n\r\n",             "[GET /echo|]"}));

INSTANTIATE_TEST_SUITE_P(Body, FramingAccepted, testing::Values(
    Accepted{"a length",                       post("Content-Length: 3\r\n", "abc"),                           "[POST /echo|abc]"},
    Accepted{"a length of zero",               post("Content-Length: 0\r\n", ""),                              "[POST /echo|]"},
    Accepted{"a length with zeros before it",  post("Content-Length: 0003\r\n", "abc"),                        "[POST /echo|abc]"},
    Accepted{"a length with white space",      post("Content-Length:\t3 \r\n", "abc"),                         "[POST /echo|abc]"},
    Accepted{"the longest body",               post("Content-Length: 64\r\n", std::string(64, 'x')),           "[POST /echo|" + std::string(64, 'x') + "]"},
    Accepted{"a body that looks like a request", post("Content-Length: 29\r\n", "GET /next HTTP/1.1\r\nHost: h\r\n"), "[POST /echo|GET /next HTTP/1.1\r\nHost: h\r\n]"},
    Accepted{"no length and no body",          post("", ""),                                                   "[POST /echo|]"},
    Accepted{"a GET with a body",              "GET /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc", "[GET /echo|abc]"},
    Accepted{"an expectation that is met",     post("Expect: 100-continue\r\nContent-Length: 3\r\n", "abc"),   "[POST /echo|abc]"},
    Accepted{"a body that says it is as it is", post("Content-Encoding: identity\r\nContent-Length: 3\r\n", "abc"), "[POST /echo|abc]"}));

INSTANTIATE_TEST_SUITE_P(Chunks, FramingAccepted, testing::Values(
    Accepted{"one",                            chunks("3\r\nabc\r\n0\r\n\r\n"),                                "[POST /echo|abc]"},
    Accepted{"none",                           chunks("0\r\n\r\n"),                                            "[POST /echo|]"},
    Accepted{"several",                        chunks("1\r\na\r\n2\r\nbc\r\n1\r\nd\r\n0\r\n\r\n"),             "[POST /echo|abcd]"},
    Accepted{"sizes in both cases",            chunks("A\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n"),      "[POST /echo|01234567890123456789]"},
    Accepted{"sizes with zeros before them",   chunks("0003\r\nabc\r\n000\r\n\r\n"),                           "[POST /echo|abc]"},
    Accepted{"line breaks inside",             chunks("6\r\n\r\n0\r\n\r\r\n0\r\n\r\n"),                        "[POST /echo|\r\n0\r\n\r]"},
    Accepted{"an extension",                   chunks("3;x\r\nabc\r\n0;y\r\n\r\n"),                            "[POST /echo|abc]"},
    Accepted{"extensions with values",         chunks("3;x=y;z=\"a;b\\\"c\"\r\nabc\r\n0\r\n\r\n"),             "[POST /echo|abc]"},
    Accepted{"white space in an extension",    chunks("3; x = y\r\nabc\r\n0\r\n\r\n"),                         "[POST /echo|abc]"},
    Accepted{"trailers",                       chunks("3\r\nabc\r\n0\r\nX: y\r\nChecksum: z\r\n\r\n"),         "[POST /echo|abc]"},
    Accepted{"the coding in capitals",         post("TRANSFER-ENCODING: CHUNKED\r\n", "3\r\nabc\r\n0\r\n\r\n"), "[POST /echo|abc]"},
    Accepted{"white space around the coding",  post("Transfer-Encoding:\tchunked \r\n", "3\r\nabc\r\n0\r\n\r\n"), "[POST /echo|abc]"},
    Accepted{"an expectation that is met",     post("Expect: 100-Continue\r\nTransfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\n\r\n"), "[POST /echo|abc]"}));

INSTANTIATE_TEST_SUITE_P(Sequence, FramingAccepted, testing::Values(
    Accepted{"pipelined requests",             "GET /echo HTTP/1.1\r\nHost: h\r\n\r\nGET /next HTTP/1.1\r\nHost: h\r\n\r\n", "[GET /echo|][GET /next|]"},
    Accepted{"bodies of both kinds in turn",   post("Content-Length: 1\r\n", "a") + chunks("1\r\nb\r\n0\r\n\r\n") + post("Content-Length: 1\r\n", "c"),
                                               "[POST /echo|a][POST /echo|b][POST /echo|c]"},
    Accepted{"a line break after a body",      post("Content-Length: 1\r\n", "a\r\n"),                         "[POST /echo|a]"},
    Accepted{"the peer wants to close",        "GET /echo HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",   "[GET /echo|]", false},
    Accepted{"close among other options",      "GET /echo HTTP/1.1\r\nHost: h\r\nConnection: x, Close\r\n\r\n", "[GET /echo|]", false},
    Accepted{"HTTP/1.0 has one request",       "GET /echo HTTP/1.0\r\n\r\n",                                   "[GET /echo|]", false},
    Accepted{"HTTP/1.0 with a body",           "POST /echo HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc",          "[POST /echo|abc]", false}));

/// What is refused without doubt where the next request begins leaves the connection open.
TEST_F(FramingTest, AnUnknownPathOrAPackedBodyIsNoReasonToClose) {
    const std::string bytes =
        "POST /nowhere HTTP/1.1\r\nHost: h\r\n\r\nGET /echo HTTP/1.1\r\nHost: h\r\nContent-Encoding: gzip\r\n\r\n"
        "GET /next HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
    EXPECT_EQ(statuses(converse_in(bytes, {bytes.size()})), "404 415 200");
}

class PackedBody : public FramingTest, public testing::WithParamInterface<const char*> {};
TEST_P(PackedBody, IsRefusedUnread) {
    const std::string bytes = post(std::string{"Content-Encoding: "} + GetParam() + "\r\nContent-Length: 3\r\n", "abc");
    const auto answer = converse_in(bytes, {bytes.size()});
    EXPECT_EQ(statuses(answer), "415");
    EXPECT_NE(answer.find("Accept-Encoding: identity\r\n"), std::string::npos) << "and what would be taken";
    EXPECT_EQ(understood, "");
}
INSTANTIATE_TEST_SUITE_P(Codings, PackedBody, testing::Values("gzip", "deflate", "br", "zstd", "gzip, gzip", "identity, gzip", "x"));
}  // namespace
}  // namespace rondo::net
