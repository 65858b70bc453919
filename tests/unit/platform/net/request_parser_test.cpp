#include "platform/net/request_parser.hpp"

#include <gtest/gtest.h>

namespace rondo::net {
namespace {
using State = RequestParser::State;
constexpr std::size_t kMaxBody = 64;

/// Parses one request that arrives `step` bytes at a time; returns what is left over.
Result<std::string> parse(RequestParser& parser, std::string_view bytes, std::size_t step) {
    std::string waiting;
    bool limited = false;
    while (parser.state() != State::done) {
        const auto used = parser.feed(waiting);
        if (!used) return propagate(used);
        waiting.erase(0, *used);
        if (parser.state() == State::body && !limited) {
            limited = true;
            const auto fine = parser.limit_body(kMaxBody);
            if (!fine) return propagate(fine);
        }
        if (*used > 0 && !waiting.empty()) continue;
        if (parser.state() == State::done) break;
        if (bytes.empty()) return fail(Code::unavailable, "incomplete");
        waiting.append(bytes.substr(0, step));
        bytes.remove_prefix(std::min(step, bytes.size()));
    }
    return waiting.append(bytes);
}

struct Good {
    const char* claim;
    std::string bytes;
    std::string shown;
};

std::string show(const Request& request) {
    std::string text{name(request.method)};
    text += " " + request.path + "?" + request.query + " " + (request.keep_alive ? "keep" : "close") + " ";
    for (const auto& header : request.headers) text += header.name + "=" + header.value + ";";
    return text + " " + request.body;
}

class RequestAccepted : public testing::TestWithParam<Good> {};
TEST_P(RequestAccepted, InAnyPieces) {
    for (const std::size_t step : {1U, 2U, 3U, 7U, 10'000U}) {
        RequestParser parser{{}};
        const auto rest = parse(parser, GetParam().bytes + "NEXT", step);
        ASSERT_TRUE(rest) << GetParam().claim << ": " << rest.error().message;
        EXPECT_EQ(*rest, "NEXT") << GetParam().claim << ", " << step << " bytes at a time";
        EXPECT_EQ(show(parser.request()), GetParam().shown) << GetParam().claim;
    }
}
INSTANTIATE_TEST_SUITE_P(Request, RequestAccepted, testing::Values(
    Good{"the least there is",          "GET / HTTP/1.1\r\nHost: h\r\n\r\n",                                   "GET /? keep Host=h; "},
    Good{"a body of known length",      "POST /a?b HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc",       "POST /a?b keep Host=h;Content-Length=3; abc"},
    Good{"chunks",                      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n",
                                        "POST /? keep Host=h;Transfer-Encoding=chunked; abcde"},
    Good{"trailers are dropped",        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n1\r\na\r\n0\r\nHost: evil\r\n\r\n",
                                        "POST /? keep Host=h;Transfer-Encoding=Chunked; a"},
    Good{"the peer wants to close",     "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",              "GET /? close Host=h;Connection=close; "},
    Good{"1.0 always closes",           "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",                    "GET /? close Connection=keep-alive; "},
    Good{"one line break too many",     "\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n",                               "GET /? keep Host=h; "},
    Good{"a method without routes",     "PATCH / HTTP/1.1\r\nHost: h\r\n\r\n",                                 "OTHER /? keep Host=h; "},
    Good{"white space around a value",  "GET / HTTP/1.1\r\nHost: \t h \t\r\n\r\n",                             "GET /? keep Host=h; "},
    Good{"a body of the largest size",  "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 64\r\n\r\n" + std::string(64, 'x'),
                                        "PUT /? keep Host=h;Content-Length=64; " + std::string(64, 'x')}));

struct Bad {
    const char* claim;
    std::string bytes;
    const char* reason;
};

class RequestRefused : public testing::TestWithParam<Bad> {};
TEST_P(RequestRefused, InAnyPieces) {
    for (const std::size_t step : {1U, 3U, 100'000U}) {
        RequestParser parser{{.max_header_bytes = 4096, .max_target_bytes = 1024, .max_headers = 20}};
        const auto rest = parse(parser, GetParam().bytes, step);
        ASSERT_FALSE(rest) << GetParam().claim;
        EXPECT_EQ(rest.error().reason, GetParam().reason)
            << GetParam().claim << ", " << step << " bytes at a time: " << rest.error().message;
    }
}
std::string post(const std::string& headers, const std::string& body = "") {
    return "POST / HTTP/1.1\r\nHost: h\r\n" + headers + "\r\n" + body;
}
std::string chunked(const std::string& body) { return post("Transfer-Encoding: chunked\r\n", body); }
std::string repeated(const std::string& text, int times) { return times == 0 ? "" : text + repeated(text, times - 1); }
constexpr const char* kMalformed = "MALFORMED_REQUEST";

INSTANTIATE_TEST_SUITE_P(Framing, RequestRefused, testing::Values(
    Bad{"a length beside a coding",            post("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), kMalformed},
    Bad{"a coding beside a length",            post("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", "0\r\n\r\n"), kMalformed},
    Bad{"two lengths",                         post("Content-Length: 3\r\nContent-Length: 4\r\n", "abcd"),  kMalformed},
    Bad{"twice the same length",               post("Content-Length: 3\r\nContent-Length: 3\r\n", "abc"),   kMalformed},
    Bad{"a list of lengths",                   post("Content-Length: 3, 3\r\n", "abc"),                     kMalformed},
    Bad{"a signed length",                     post("Content-Length: +3\r\n", "abc"),                       kMalformed},
    Bad{"a negative length",                   post("Content-Length: -1\r\n"),                              kMalformed},
    Bad{"a hexadecimal length",                post("Content-Length: 0x3\r\n", "abc"),                      kMalformed},
    Bad{"an empty length",                     post("Content-Length:\r\n"),                                 kMalformed},
    Bad{"a length beyond 64 bits",             post("Content-Length: 99999999999999999999\r\n"),            kMalformed},
    Bad{"another coding",                      post("Transfer-Encoding: gzip\r\n", "abc"),                  kMalformed},
    Bad{"a coding before chunked",             post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"),   kMalformed},
    Bad{"a coding after chunked",              post("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n"), kMalformed},
    Bad{"chunked twice",                       post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), kMalformed},
    Bad{"a disguised coding",                  post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"),        kMalformed},
    Bad{"a quoted coding",                     post("Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n"),     kMalformed},
    Bad{"chunks in 1.0",                       "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", kMalformed},
    Bad{"a chunk size that is no number",      chunked("x\r\nabc\r\n0\r\n\r\n"),                            kMalformed},
    Bad{"a signed chunk size",                 chunked("+3\r\nabc\r\n0\r\n\r\n"),                           kMalformed},
    Bad{"a chunk size with 0x",                chunked("0x3\r\nabc\r\n0\r\n\r\n"),                          kMalformed},
    Bad{"a chunk size beyond 64 bits",         chunked("10000000000000003\r\nabc\r\n0\r\n\r\n"),            kMalformed},
    Bad{"a chunk longer than its size",        chunked("3\r\nabcd\r\n0\r\n\r\n"),                           kMalformed},
    Bad{"a short tail that can be no chunk",   chunked("4\r\nabcdx\n0\n"),                             kMalformed},
    Bad{"a short tail that looks like the last", chunked("4\r\nabcd0\r\nx"),                           kMalformed},
    Bad{"a bare LF after a chunk size",        chunked("3\nabc\r\n0\r\n\r\n"),                              kMalformed},
    Bad{"an endless chunk extension",          chunked("3;" + std::string(9000, 'x')),                      kMalformed},
    Bad{"chunks that are all extension",       chunked(repeated("1;" + std::string(4000, 'x') + "\r\na\r\n", 3) + "0\r\n\r\n"), kMalformed},
    Bad{"a length among the trailers",         chunked("0\r\nContent-Length: 5\r\n\r\n"),                   kMalformed}));

INSTANTIATE_TEST_SUITE_P(Lines, RequestRefused, testing::Values(
    Bad{"bare LF everywhere",                  "GET / HTTP/1.1\nHost: h\n\n",                               kMalformed},
    Bad{"one bare LF",                         "GET / HTTP/1.1\r\nHost: h\nX: y\r\n\r\n",                   kMalformed},
    Bad{"a bare CR in a value",                post("X: a\rY: b\r\n"),                                      kMalformed},
    Bad{"a bare CR in the request line",       "GET /\r HTTP/1.1\r\nHost: h\r\n\r\n",                       kMalformed},
    Bad{"two CRs before the LF",               "GET / HTTP/1.1\r\nHost: h\r\r\n\r\n",                       kMalformed},
    Bad{"a folded header",                     post("X: a\r\n b\r\n"),                                      kMalformed},
    Bad{"a header folded by a tab",            post("X: a\r\n\tb\r\n"),                                     kMalformed},
    Bad{"white space before the first header", "GET / HTTP/1.1\r\n Host: h\r\n\r\n",                        kMalformed},
    Bad{"white space before the colon",        post("Content-Length : 3\r\n", "abc"),                       kMalformed},
    Bad{"a header without a colon",            post("nonsense\r\n"),                                        kMalformed},
    Bad{"a header without a name",             post(": x\r\n"),                                             kMalformed},
    Bad{"a NUL in a header",                   post(std::string("X: a\0b\r\n", 8)),                         kMalformed},
    Bad{"no host",                             "GET / HTTP/1.1\r\n\r\n",                                    kMalformed},
    Bad{"two hosts",                           "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",              kMalformed},
    Bad{"a TLS client",                        "\x16\x03\x01\x02\x00",                                      kMalformed},
    Bad{"two blank lines first",               "\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n",                 kMalformed},
    Bad{"no version",                          "GET /\r\n\r\n",                                             kMalformed},
    Bad{"two spaces in the request line",      "GET  / HTTP/1.1\r\nHost: h\r\n\r\n",                        kMalformed},
    Bad{"a space in the target",               "GET /a b HTTP/1.1\r\nHost: h\r\n\r\n",                      kMalformed},
    Bad{"version 2 in words of version 1",     "GET / HTTP/2.0\r\nHost: h\r\n\r\n",                         "UNSUPPORTED_VERSION"},
    Bad{"version 0.9",                         "GET / HTTP/0.9\r\nHost: h\r\n\r\n",                         "UNSUPPORTED_VERSION"},
    Bad{"a method nobody knows",               "BREW / HTTP/1.1\r\nHost: h\r\n\r\n",                        "UNKNOWN_METHOD"},
    Bad{"an escaped NUL in the path",          "GET /%00 HTTP/1.1\r\nHost: h\r\n\r\n",                      "MALFORMED_TARGET"},
    Bad{"the target of CONNECT",               "CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n",                 "MALFORMED_TARGET"},
    Bad{"an expectation we cannot meet",       post("Expect: tea\r\n"),                                     "EXPECTATION_FAILED"}));

INSTANTIATE_TEST_SUITE_P(Limits, RequestRefused, testing::Values(
    Bad{"a target too long",                   "GET /" + std::string(1024, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n", "TARGET_TOO_LONG"},
    Bad{"a target without end",                "GET /" + std::string(3000, 'a'),                            "TARGET_TOO_LONG"},
    Bad{"headers too long",                    post("X: " + std::string(4096, 'a') + "\r\n"),               "HEADERS_TOO_LARGE"},
    Bad{"headers without end",                 "GET / HTTP/1.1\r\nX: " + std::string(9000, 'a'),            "HEADERS_TOO_LARGE"},
    Bad{"too many headers",                    post(repeated("X: y\r\n", 20)),                              "HEADERS_TOO_LARGE"},
    Bad{"a declared body too long",            post("Content-Length: 65\r\n", std::string(65, 'x')),        "BODY_TOO_LARGE"},
    Bad{"a chunk too long",                    chunked("41\r\n" + std::string(65, 'x') + "\r\n0\r\n\r\n"),  "BODY_TOO_LARGE"},
    Bad{"chunks too long together",            chunked(repeated("20\r\n" + std::string(32, 'x') + "\r\n", 3)), "BODY_TOO_LARGE"}));

TEST(RequestParser, ReadsRequestsOneAfterTheOther) {
    RequestParser parser{{}};
    std::string bytes = "POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\naGET /2 HTTP/1.1\r\nHost: h\r\n\r\n";
    for (const char* shown : {"POST /1? keep Host=h;Content-Length=1; a", "GET /2? keep Host=h; "}) {
        const auto rest = parse(parser, bytes, 1000);
        ASSERT_TRUE(rest);
        EXPECT_EQ(show(parser.request()), shown);
        bytes = *rest;
        parser.next();
        EXPECT_EQ(parser.state(), State::idle);
    }
    EXPECT_EQ(bytes, "");
}

TEST(RequestParser, TellsWhatThePeerWaitsFor) {
    RequestParser parser{{}};
    const std::string head = "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\n";
    EXPECT_EQ(parser.feed(head), head.size());
    EXPECT_EQ(parser.state(), State::body);
    EXPECT_TRUE(parser.expects_continue());
    EXPECT_TRUE(parser.chunks_understood());
    parser.next();
    EXPECT_FALSE(parser.expects_continue());
}
}  // namespace
}  // namespace rondo::net
