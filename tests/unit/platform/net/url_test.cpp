#include "platform/net/url.hpp"

#include <gtest/gtest.h>

namespace rondo::net {
namespace {
struct Row {
    const char* claim;
    std::string text;
    std::string shown;  ///< "address | Host | CONNECT"
};
class Urls : public testing::TestWithParam<Row> {};
TEST_P(Urls, AreRead) {
    const Row& row = GetParam();
    const auto url = parse_url(row.text);
    ASSERT_TRUE(url) << row.claim << ": " << url.error().message;
    EXPECT_EQ(url->shown() + " | " + url->authority() + " | " + url->host_and_port(), row.shown) << row.claim;
}
INSTANTIATE_TEST_SUITE_P(Url, Urls, testing::Values(
    Row{"a host",                            "https://api.example.com",              "https://api.example.com | api.example.com | api.example.com:443"},
    Row{"a base path, slashes at its end",   "https://api.example.com/v1//",         "https://api.example.com/v1 | api.example.com | api.example.com:443"},
    Row{"a port",                            "http://127.0.0.1:8080/v1",             "http://127.0.0.1:8080/v1 | 127.0.0.1:8080 | 127.0.0.1:8080"},
    Row{"the scheme's own port",             "http://host:80",                       "http://host | host | host:80"},
    Row{"the other scheme's port",           "http://host:443",                      "http://host:443 | host:443 | host:443"},
    Row{"an IPv6 address",                   "http://[::1]:9000/",                   "http://[::1]:9000 | [::1]:9000 | [::1]:9000"},
    Row{"an IPv6 address without a port",    "https://[2001:DB8::0:1]/v1",           "https://[2001:db8::1]/v1 | [2001:db8::1] | [2001:db8::1]:443"},
    Row{"upper case",                        "HTTPS://API.Example.COM/V1",           "https://api.example.com/V1 | api.example.com | api.example.com:443"},
    Row{"an escaped path",                   "https://host/a%20b",                   "https://host/a%20b | host | host:443"},
    Row{"names with underscores",            "http://mock_provider:8000",            "http://mock_provider:8000 | mock_provider:8000 | mock_provider:8000"}));

struct Refusal {
    const char* claim;
    std::string text;
    std::string said;
};
class BadUrls : public testing::TestWithParam<Refusal> {};
TEST_P(BadUrls, AreRefusedWithWhatToWrite) {
    const Refusal& row = GetParam();
    const auto url = parse_url(row.text);
    ASSERT_FALSE(url) << row.claim;
    EXPECT_EQ(url.error().code, Code::invalid_argument);
    EXPECT_NE(url.error().message.find(row.said), std::string::npos) << row.claim << ": " << url.error().message;
    EXPECT_EQ(url.error().message.find("secret"), std::string::npos) << "what was written may hold a password";
}
INSTANTIATE_TEST_SUITE_P(Url, BadUrls, testing::Values(
    Refusal{"nothing",                        "",                              "no scheme"},
    Refusal{"no scheme",                      "api.example.com/v1",            "no scheme"},
    Refusal{"another scheme",                 "ftp://secret.example.com",      "http:// nor https://"},
    Refusal{"no host",                        "https:///v1",                   "names no host"},
    Refusal{"only a port",                    "https://:443",                  "names no host"},
    Refusal{"two dots in a row",              "https://a..b",                  "no name"},
    Refusal{"characters no name has",         "https://a$b",                   "no name"},
    Refusal{"a number that is no address",    "https://256.1.1.1",             "IPv4"},
    Refusal{"a short form of an address",     "https://127.1",                 "IPv4"},
    Refusal{"IPv6 without brackets",          "https://::1/v1",                "port"},
    Refusal{"an open bracket",                "https://[::1/v1",               "bracket"},
    Refusal{"a name in brackets",             "https://[localhost]",           "IPv6"},
    Refusal{"IPv4 in brackets",               "https://[127.0.0.1]",           "IPv6"},
    Refusal{"text after the bracket",         "https://[::1]x:80",             "bracket"},
    Refusal{"an empty port",                  "https://host:",                 "port"},
    Refusal{"port 0",                         "https://host:0",                "port"},
    Refusal{"a port beyond the last",         "https://host:65536",            "port"},
    Refusal{"a port that is no number",       "https://host:80a",              "port"},
    Refusal{"a query",                        "https://host/v1?a=secret",      "query"},
    Refusal{"a fragment",                     "https://host/v1#a",             "fragment"},
    Refusal{"credentials",                    "https://ada:secret@host",       "credentials"},
    Refusal{"a backslash",                    "https://host\\v1",              "backslash"},
    Refusal{"a blank",                        "https://host/a b",              "blanks"},
    Refusal{"a line break",                   "https://host\r\nX: y",          "blanks"},
    Refusal{"other scripts",                  "https://h\xC3\xB6st",           "ASCII"},
    Refusal{"a broken escape",                "https://host/%zz",              "escape"}));

TEST(Url, CredentialsAreReadWhereAllowed) {
    const auto url = parse_url("http://ada%40home:p%3Aw@proxy:3128", Credentials::allowed);
    ASSERT_TRUE(url);
    EXPECT_EQ(url->user, "ada@home");
    EXPECT_EQ(url->password, "p:w");
    EXPECT_EQ(url->shown(), "http://proxy:3128") << "never shown";
    EXPECT_FALSE(parse_url("http://a%zz@proxy", Credentials::allowed));
}
}  // namespace
}  // namespace rondo::net
