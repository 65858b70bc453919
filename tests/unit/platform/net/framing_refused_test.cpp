// Everything two servers in a row could read differently is refused, and nothing after it is read as a request.
#include "framing_fixture.hpp"

namespace rondo::net {
namespace {
using namespace std::string_literals;

struct Refused {
    const char* claim;
    std::string bytes;
    int status{400};
};
std::string get(const std::string& line, const std::string& headers = "Host: h\r\n") { return line + "\r\n" + headers + "\r\n"; }
std::string post(const std::string& headers, const std::string& body = "") {
    return "POST /echo HTTP/1.1\r\nHost: h\r\n" + headers + "\r\n" + body;
}
std::string length(const std::string& value) { return post("Content-Length:" + value + "\r\n", "abc"); }
std::string coding(const std::string& lines) { return post(lines + "\r\n", "3\r\nabc\r\n0\r\n\r\n"); }
std::string chunks(const std::string& body) { return post("Transfer-Encoding: chunked\r\n", body); }
std::string host(const std::string& value) { return get("GET /echo HTTP/1.1", "Host:" + value + "\r\n"); }
std::string times(const std::string& text, int count) {
    std::string all;
    for (int i = 0; i < count; ++i) all += text;
    return all;
}
/// A message that hides the next request in what another server would take for its body.
const std::string kHidden = "0\r\n\r\nGET /next HTTP/1.1\r\nHost: h\r\nX: ";

class FramingRefused : public FramingTest, public testing::WithParamInterface<Refused> {};
TEST_P(FramingRefused, AndTheConnectionEnds) {
    const Refused& row = GetParam();
    const std::string bytes = row.bytes + "GET /next HTTP/1.1\r\nHost: h\r\n\r\n";
    for (const auto& pieces : deliveries(bytes.size())) {
        SCOPED_TRACE(testing::Message() << row.claim << ", first piece " << pieces.front());
        EXPECT_EQ(statuses(converse_in(bytes, pieces)), std::to_string(row.status)) << "one answer, and no second";
        EXPECT_EQ(understood, "") << "no handler sees any of it";
        if (HasFailure()) return;
    }
}

INSTANTIATE_TEST_SUITE_P(Length, FramingRefused, testing::Values(
    Refused{"a length beside a coding",             post("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", kHidden)},
    Refused{"a coding beside a length",             post("Transfer-Encoding: chunked\r\nContent-Length: 50\r\n", kHidden)},
    Refused{"no length beside a coding",            post("Transfer-Encoding: chunked\r\nContent-Length: 0\r\n", kHidden)},
    Refused{"two lengths",                          post("Content-Length: 3\r\nContent-Length: 5\r\n", "abcde")},
    Refused{"the same length twice",                post("Content-Length: 3\r\nContent-Length: 3\r\n", "abc")},
    Refused{"two lengths with others between",      post("Content-Length: 0\r\nX: y\r\ncontent-length: 3\r\n", "abc")},
    Refused{"a list of the same length",            length(" 3, 3")},
    Refused{"a list of lengths",                    length(" 3, 5")},
    Refused{"a list that ends with nothing",        length(" 3,")},
    Refused{"a list that begins with nothing",      length(" ,3")},
    Refused{"a plus sign",                          length(" +3")},
    Refused{"a minus sign",                         length(" -3")},
    Refused{"a hexadecimal length",                 length(" 0x3")},
    Refused{"two numbers",                          length(" 3 3")},
    Refused{"a digit and a letter",                 length(" 3a")},
    Refused{"an empty length",                      length("")},
    Refused{"a blank length",                       length(" \t ")},
    Refused{"a fraction",                           length(" 3.0")},
    Refused{"an exponent",                          length(" 3e0")},
    Refused{"a quoted length",                      length(" \"3\"")},
    Refused{"a length with a parameter",            length(" 3;x")},
    Refused{"a length beyond 64 bits",              length(" 18446744073709551619")},
    Refused{"a length of forty digits",             length(" " + std::string(39, '0') + "3")},
    Refused{"digits of another script",             length(" \xd9\xa3")},
    Refused{"a vertical tab before the length",     length(" \x0b" "3")},
    Refused{"a form feed after the length",         length(" 3\x0c")},
    Refused{"a NUL after the length",               length(" 3\0"s)},
    Refused{"a space before the colon",             post("Content-Length : 3\r\n", "abc")},
    Refused{"a tab before the colon",               post("Content-Length\t: 3\r\n", "abc")},
    Refused{"a NUL in the name",                    post("Content-Length\0: 3\r\n"s, "abc")},
    Refused{"the name with an underscore",          post("Content_Length: 3\r\n", "abc")},
    Refused{"a length in a folded line",            post("X: y\r\n Content-Length: 3\r\n", "abc")},
    Refused{"a length folded away from its name",   post("Content-Length:\r\n 3\r\n", "abc")}));

INSTANTIATE_TEST_SUITE_P(Coding, FramingRefused, testing::Values(
    Refused{"identity",                             coding("Transfer-Encoding: identity")},
    Refused{"gzip",                                 coding("Transfer-Encoding: gzip")},
    Refused{"gzip before chunked",                  coding("Transfer-Encoding: gzip, chunked")},
    Refused{"gzip after chunked",                   coding("Transfer-Encoding: chunked, gzip")},
    Refused{"identity after chunked",               coding("Transfer-Encoding: chunked, identity")},
    Refused{"chunked twice in a list",              coding("Transfer-Encoding: chunked, chunked")},
    Refused{"chunked twice in two lines",           coding("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked")},
    Refused{"identity, then chunked",               coding("Transfer-Encoding: identity\r\nTransfer-Encoding: chunked")},
    Refused{"chunked, then something odd",          coding("Transfer-Encoding: chunked\r\nTransfer-encoding: cow")},
    Refused{"a word that ends with chunked",        coding("Transfer-Encoding: xchunked")},
    Refused{"a word that begins with chunked",      coding("Transfer-Encoding: chunkedx")},
    Refused{"a part of the word",                   coding("Transfer-Encoding: chunk")},
    Refused{"chunked in quotes",                    coding("Transfer-Encoding: \"chunked\"")},
    Refused{"chunked in single quotes",             coding("Transfer-Encoding: 'chunked'")},
    Refused{"chunked with a parameter",             coding("Transfer-Encoding: chunked;q=1")},
    Refused{"chunked and an empty member",          coding("Transfer-Encoding: chunked,")},
    Refused{"an empty member and chunked",          coding("Transfer-Encoding: ,chunked")},
    Refused{"no coding",                            coding("Transfer-Encoding:")},
    Refused{"the word with a space in it",          coding("Transfer-Encoding: chun ked")},
    Refused{"a vertical tab before it",             coding("Transfer-Encoding:\x0b" "chunked")},
    Refused{"a vertical tab after it",              coding("Transfer-Encoding: chunked\x0b")},
    Refused{"a form feed before it",                coding("Transfer-Encoding:\x0c" "chunked")},
    Refused{"a NUL after it",                       coding("Transfer-Encoding: chunked\0"s)},
    Refused{"a non-breaking space before it",       coding("Transfer-Encoding: \xa0" "chunked")},
    Refused{"a space before the colon",             coding("Transfer-Encoding : chunked")},
    Refused{"a tab before the colon",               coding("Transfer-Encoding\t: chunked")},
    Refused{"the name with an underscore",          coding("Transfer_Encoding: chunked")},
    Refused{"the name in brackets",                 coding("[Transfer-Encoding]: chunked")},
    Refused{"a name with a letter of another script", coding("Transfer-Enc\xc3\xb6" "ding: chunked")},
    Refused{"folded away from its name by a space", coding("Transfer-Encoding:\r\n chunked")},
    Refused{"folded away from its name by a tab",   coding("Transfer-Encoding:\r\n\tchunked")},
    Refused{"folded further",                       coding("Transfer-Encoding: chunked\r\n , identity")},
    Refused{"behind a bare CR",                     coding("X: y\rTransfer-Encoding: chunked")},
    Refused{"behind a bare LF",                     coding("X: y\nTransfer-Encoding: chunked")},
    Refused{"chunks in HTTP/1.0",                   "POST /echo HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"}));

INSTANTIATE_TEST_SUITE_P(Chunk, FramingRefused, testing::Values(
    Refused{"no size",                              chunks("\r\nabc\r\n0\r\n\r\n")},
    Refused{"no size but an extension",             chunks(";x\r\nabc\r\n0\r\n\r\n")},
    Refused{"a plus sign",                          chunks("+3\r\nabc\r\n0\r\n\r\n")},
    Refused{"a minus sign",                         chunks("-3\r\nabc\r\n0\r\n\r\n")},
    Refused{"a size with 0x",                       chunks("0x3\r\nabc\r\n0\r\n\r\n")},
    Refused{"a size with h",                        chunks("3h\r\nabc\r\n0\r\n\r\n")},
    Refused{"a size with an underscore",            chunks("0_3\r\nabc\r\n0\r\n\r\n")},
    Refused{"a space before the size",              chunks(" 3\r\nabc\r\n0\r\n\r\n")},
    Refused{"a space after the size",               chunks("3 \r\nabc\r\n0\r\n\r\n")},
    Refused{"a tab after the size",                 chunks("3\t\r\nabc\r\n0\r\n\r\n")},
    Refused{"a NUL after the size",                 chunks("3\0\r\nabc\r\n0\r\n\r\n"s)},
    Refused{"a quoted size",                        chunks("\"3\"\r\nabc\r\n0\r\n\r\n")},
    Refused{"a size that is no number",             chunks("x\r\nabc\r\n0\r\n\r\n")},
    Refused{"a size of 64 bits",                    chunks("ffffffffffffffff\r\nabc\r\n0\r\n\r\n"), 413},
    Refused{"a size of more than 64 bits",          chunks("10000000000000003\r\nabc\r\n0\r\n\r\n")},
    Refused{"a size of zeros without end",          chunks(std::string(40, '0') + "3\r\nabc\r\n0\r\n\r\n")},
    Refused{"a bare LF after the size",             chunks("3\nabc\r\n0\r\n\r\n")},
    Refused{"a bare CR after the size",             chunks("3\rabc\r\n0\r\n\r\n")},
    Refused{"a bare LF after the chunk",            chunks("3\r\nabc\n0\r\n\r\n")},
    Refused{"a bare CR after the chunk",            chunks("3\r\nabc\r0\r\n\r\n")},
    Refused{"nothing after the chunk",              chunks("3\r\nabc0\r\n\r\n")},
    Refused{"a chunk longer than its size",         chunks("3\r\nabcd\r\n0\r\n\r\n")},
    Refused{"a chunk shorter than its size",        chunks("5\r\nabc\r\n0\r\n\r\n")},
    Refused{"an extension that ends with a bare LF", chunks("3;x\nabc\r\n0\r\n\r\n")},
    Refused{"a bare CR in an extension",            chunks("3;x\ry\r\nabc\r\n0\r\n\r\n")},
    Refused{"a NUL in an extension",                chunks("3;x\0\r\nabc\r\n0\r\n\r\n"s)},
    Refused{"a line break in a quoted extension",   chunks("3;x=\"a\r\nb\"\r\nabc\r\n0\r\n\r\n")},
    Refused{"a space before the extension",         chunks("3 ;x\r\nabc\r\n0\r\n\r\n")},
    Refused{"an extension without end",             chunks("3;" + std::string(9000, 'x') + "\r\nabc\r\n0\r\n\r\n")},
    Refused{"chunks that are all extension",        chunks(times("1;" + std::string(4000, 'x') + "\r\na\r\n", 3) + "0\r\n\r\n")},
    Refused{"a bare LF after the last size",        chunks("0\n\r\n")},
    Refused{"a bare LF at the end",                 chunks("0\r\n\n")},
    Refused{"a bare CR at the end",                 chunks("0\r\n\rx")},
    Refused{"a last chunk with a sign",             chunks("-0\r\n\r\n")},
    Refused{"a chunk too long",                     chunks("41\r\n" + std::string(65, 'x') + "\r\n0\r\n\r\n"), 413},
    Refused{"chunks too long together",             chunks(times("20\r\n" + std::string(32, 'x') + "\r\n", 3) + "0\r\n\r\n"), 413}));

INSTANTIATE_TEST_SUITE_P(Trailer, FramingRefused, testing::Values(
    Refused{"a length",                             chunks("0\r\nContent-Length: 5\r\n\r\n")},
    Refused{"a coding",                             chunks("0\r\nTransfer-Encoding: chunked\r\n\r\n")},
    Refused{"no colon",                             chunks("0\r\nX\r\n\r\n")},
    Refused{"no name",                              chunks("0\r\n: x\r\n\r\n")},
    Refused{"folded",                               chunks("0\r\nX: y\r\n z\r\n\r\n")},
    Refused{"a space before the colon",             chunks("0\r\nX : y\r\n\r\n")},
    Refused{"a bare LF",                            chunks("0\r\nX: y\n\r\n")},
    Refused{"a bare CR",                            chunks("0\r\nX: y\rz\r\n\r\n")},
    Refused{"a NUL",                                chunks("0\r\nX: \0\r\n\r\n"s)},
    Refused{"too long",                             chunks("0\r\nX: " + std::string(9000, 'y') + "\r\n\r\n")},
    Refused{"too many",                             chunks("0\r\n" + times("X: y\r\n", 101) + "\r\n")},
    Refused{"the next request",                     chunks("0\r\nGET /next HTTP/1.1\r\nHost: h\r\n\r\n")}));

INSTANTIATE_TEST_SUITE_P(Line, FramingRefused, testing::Values(
    Refused{"bare LF everywhere",                   "GET /echo HTTP/1.1\nHost: h\n\n"},
    Refused{"one bare LF",                          "GET /echo HTTP/1.1\r\nHost: h\nX: y\r\n\r\n"},
    Refused{"a bare LF at the end of the head",     "GET /echo HTTP/1.1\r\nHost: h\r\n\n"},
    Refused{"a bare CR in a value",                 post("X: a\rY: b\r\n")},
    Refused{"a bare CR in a name",                  post("X\rY: b\r\n")},
    Refused{"a bare CR in the request line",        get("GET /echo\r HTTP/1.1")},
    Refused{"two CRs before the LF",                get("GET /echo HTTP/1.1\r")},
    Refused{"a folded header",                      post("X: a\r\n b\r\n")},
    Refused{"a header folded by a tab",             post("X: a\r\n\tb\r\n")},
    Refused{"a blank line of spaces",               post("X: a\r\n  \r\n")},
    Refused{"white space before the first header",  "GET /echo HTTP/1.1\r\n Host: h\r\n\r\n"},
    Refused{"a header without a colon",             post("nonsense\r\n")},
    Refused{"a header without a name",              post(": x\r\n")},
    Refused{"a name with a space",                  post("X Y: z\r\n")},
    Refused{"a name with a bracket",                post("X(Y): z\r\n")},
    Refused{"a name with a slash",                  post("X/Y: z\r\n")},
    Refused{"a name with a control character",      post("X\x01: z\r\n")},
    Refused{"a NUL in a name",                      post("X\0: z\r\n"s)},
    Refused{"a NUL in a value",                     post("X: a\0b\r\n"s)},
    Refused{"a DEL in a value",                     post("X: a\x7f" "b\r\n")},
    Refused{"an escape in a value",                 post("X: a\x1b[0m\r\n")},
    Refused{"a backspace in a value",               post("X: a\bb\r\n")}));

INSTANTIATE_TEST_SUITE_P(RequestLine, FramingRefused, testing::Values(
    Refused{"two blank lines first",                "\r\n\r\n" + get("GET /echo HTTP/1.1")},
    Refused{"a bare LF first",                      "\n" + get("GET /echo HTTP/1.1")},
    Refused{"a space first",                        " " + get("GET /echo HTTP/1.1")},
    Refused{"the first bytes of TLS",               "\x16\x03\x01\x02\x01\x01\x00"s},
    Refused{"a method in lower case",               get("get /echo HTTP/1.1")},
    Refused{"a method in mixed case",               get("Get /echo HTTP/1.1"), 501},
    Refused{"a method nobody knows",                get("BREW /echo HTTP/1.1"), 501},
    Refused{"a method with a bracket",              get("GE{T /echo HTTP/1.1")},
    Refused{"no method",                            get("/echo HTTP/1.1")},
    Refused{"two spaces",                           get("GET  /echo HTTP/1.1")},
    Refused{"a tab instead of a space",             get("GET\t/echo HTTP/1.1")},
    Refused{"a space in the target",                get("GET /echo x HTTP/1.1")},
    Refused{"a NUL in the target",                  get("GET /echo\0 HTTP/1.1"s)},
    Refused{"a control character in the target",    get("GET /ec\x01ho HTTP/1.1")},
    Refused{"a space after the version",            get("GET /echo HTTP/1.1 ")},
    Refused{"a word after the version",             get("GET /echo HTTP/1.1 x")},
    Refused{"no version",                           get("GET /echo")},
    Refused{"the version in lower case",            get("GET /echo http/1.1")},
    Refused{"another protocol",                     get("GET /echo ICY/1.1")},
    Refused{"version 0.9",                          get("GET /echo HTTP/0.9"), 505},
    Refused{"version 1.2",                          get("GET /echo HTTP/1.2"), 505},
    Refused{"version 1.10",                         get("GET /echo HTTP/1.10")},
    Refused{"version 1",                            get("GET /echo HTTP/1")},
    Refused{"a version after the version",          get("GET /echo HTTP/1.1 HTTP/1.1")},
    Refused{"version 2 in words of version 1",      get("GET /echo HTTP/2.0"), 505},
    Refused{"the preface of HTTP/2",                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
    Refused{"a version with a comma",               get("GET /echo HTTP/1,1")},
    Refused{"a version with a space",               get("GET /echo HTTP/ 1.1")}));

INSTANTIATE_TEST_SUITE_P(Host, FramingRefused, testing::Values(
    Refused{"no host",                              get("GET /echo HTTP/1.1", "")},
    Refused{"the same host twice",                  get("GET /echo HTTP/1.1", "Host: h\r\nHost: h\r\n")},
    Refused{"two hosts",                            get("GET /echo HTTP/1.1", "Host: h\r\nHost: other\r\n")},
    Refused{"two hosts in HTTP/1.0",                get("GET /echo HTTP/1.0", "Host: h\r\nHost: other\r\n")},
    Refused{"an empty host",                        host("")},
    Refused{"a list of hosts",                      host(" h, other")},
    Refused{"a host with a path",                   host(" h/x")},
    Refused{"a host with a scheme",                 host(" http://h")},
    Refused{"a host with a user",                   host(" u@h")},
    Refused{"a host with a query",                  host(" h?x")},
    Refused{"a host with a space",                  host(" h x")},
    Refused{"a host with an escape",                host(" h%2fx")},
    Refused{"a port that is no number",             host(" h:80x")},
    Refused{"a port that is too long",              host(" h:008080")},
    Refused{"two ports",                            host(" h:80:81")},
    Refused{"a port without a host",                host(" :80")},
    Refused{"an address without its bracket",       host(" [::1")},
    Refused{"something after the bracket",          host(" [::1]x")},
    Refused{"letters of another script",            host(" h\xc3\xb6")}));

INSTANTIATE_TEST_SUITE_P(Target, FramingRefused, testing::Values(
    Refused{"another host than the header",         get("GET http://other/echo HTTP/1.1")},
    Refused{"another port than the header",         get("GET http://h:81/echo HTTP/1.1")},
    Refused{"a user in front of the host",          get("GET http://u@h/echo HTTP/1.1")},
    Refused{"no host in the target",                get("GET http:///echo HTTP/1.1")},
    Refused{"no path in the target",                get("GET http://h HTTP/1.1")},
    Refused{"another scheme",                       get("GET ftp://h/echo HTTP/1.1")},
    Refused{"no slash",                             get("GET echo HTTP/1.1")},
    Refused{"the target of CONNECT",                get("CONNECT h:443 HTTP/1.1")},
    Refused{"a backslash",                          get("GET \\echo HTTP/1.1")},
    Refused{"a fragment",                           get("GET /echo#x HTTP/1.1")},
    Refused{"an escaped NUL",                       get("GET /ec%00ho HTTP/1.1")},
    Refused{"an escaped slash",                     get("GET /%2fecho HTTP/1.1")},
    Refused{"an escaped line break",                get("GET /echo%0d%0aX: HTTP/1.1")},
    Refused{"half an escape",                       get("GET /echo%4 HTTP/1.1")}));

INSTANTIATE_TEST_SUITE_P(Limits, FramingRefused, testing::Values(
    Refused{"a target too long",                    get("GET /" + std::string(9000, 'a') + " HTTP/1.1"), 414},
    Refused{"a query too long",                     get("GET /echo?" + std::string(9000, 'a') + " HTTP/1.1"), 414},
    Refused{"a method without end",                 get(std::string(9000, 'A') + " / HTTP/1.1"), 414},
    Refused{"a header too long",                    post("X: " + std::string(17'000, 'a') + "\r\n"), 431},
    Refused{"a name too long",                      post(std::string(17'000, 'X') + ": a\r\n"), 431},
    Refused{"headers too long together",            post(times("X: " + std::string(1'000, 'a') + "\r\n", 17)), 431},
    Refused{"too many headers",                     post(times("X: y\r\n", 100)), 431},
    Refused{"a body too long",                      post("Content-Length: 65\r\n", std::string(65, 'x')), 413},
    Refused{"a body far too long",                  post("Content-Length: 999999999999999999\r\n"), 413},
    Refused{"an expectation nobody can meet",       post("Expect: tea\r\nContent-Length: 3\r\n", "abc"), 417}));
}  // namespace
}  // namespace rondo::net
