#include "platform/net/proxy.hpp"

#include <gtest/gtest.h>

#include <map>

namespace rondo::net {
namespace {
struct Row {
    const char* claim;
    std::string endpoint;
    ProxySettings settings;
    std::string chosen;  ///< "direct", the proxy's address, or "refused"
};
class Choice : public testing::TestWithParam<Row> {};
TEST_P(Choice, FollowsTheSettings) {
    const Row& row = GetParam();
    const auto endpoint = parse_url(row.endpoint);
    ASSERT_TRUE(endpoint);
    const auto proxy = choose_proxy(row.settings, *endpoint);
    const std::string chosen = !proxy ? "refused" : *proxy ? (*proxy)->shown() : "direct";
    EXPECT_EQ(chosen, row.chosen) << row.claim << (proxy ? "" : ": " + proxy.error().message);
}
ProxySettings but_not(std::string except) { return {.http = "http://plain:1", .https = "http://secure:2", .except = std::move(except)}; }
INSTANTIATE_TEST_SUITE_P(Proxy, Choice, testing::Values(
    Row{"nothing is set",                    "https://a.test",         {},                          "direct"},
    Row{"https has its own",                 "https://a.test",         but_not(""),                 "http://secure:2"},
    Row{"http has its own",                  "http://a.test",          but_not(""),                 "http://plain:1"},
    Row{"only the other is set",             "https://a.test",         {.http = "http://p:1", .https = "", .except = ""}, "direct"},
    Row{"a proxy without a scheme",          "http://a.test",          {.http = "p:3128", .https = "", .except = ""},    "http://p:3128"},
    Row{"a proxy behind TLS",                "http://a.test",          {.http = "https://p", .https = "", .except = ""}, "refused"},
    Row{"a socks proxy",                     "http://a.test",          {.http = "socks5://p", .https = "", .except = ""}, "refused"},
    Row{"this machine by name",              "http://localhost:1",     but_not(""),                 "direct"},
    Row{"this machine by address",           "https://127.0.0.9",      but_not(""),                 "direct"},
    Row{"this machine by IPv6 address",      "https://[::1]",          but_not(""),                 "direct"},
    Row{"everything is an exception",        "https://a.test",         but_not("*"),                "direct"},
    Row{"a name",                            "https://a.test",         but_not("b.test, a.test"),   "direct"},
    Row{"its subdomains",                    "https://x.y.a.test",     but_not("a.test"),           "direct"},
    Row{"written with a dot",                "https://x.a.test",       but_not(".a.test"),          "direct"},
    Row{"written with a star",               "https://x.a.test",       but_not("*.a.test"),         "direct"},
    Row{"but not every name that ends so",   "https://ba.test",        but_not("a.test"),           "http://secure:2"},
    Row{"upper case does not matter",        "https://A.test",         but_not("a.TEST"),           "direct"},
    Row{"blanks separate as well",           "https://a.test",         but_not("x.test a.test"),    "direct"},
    Row{"a port that fits",                  "https://a.test",         but_not("a.test:443"),       "direct"},
    Row{"a port that does not",              "https://a.test",         but_not("a.test:80"),        "http://secure:2"},
    Row{"an address",                        "https://10.1.2.3",       but_not("10.1.2.3"),         "direct"},
    Row{"a network",                         "https://10.1.2.3",       but_not("10.0.0.0/8"),       "direct"},
    Row{"another network",                   "https://11.1.2.3",       but_not("10.0.0.0/8"),       "http://secure:2"},
    Row{"an IPv6 address",                   "https://[fd00::1]",      but_not("fd00::1"),          "direct"},
    Row{"an IPv6 address with a port",       "https://[fd00::1]:444",  but_not("[fd00::1]:443"),    "http://secure:2"},
    Row{"an IPv6 network",                   "https://[fd00::1]",      but_not("fd00::/8"),         "direct"},
    Row{"a network and a name",              "https://a.test",         but_not("10.0.0.0/8"),       "http://secure:2"},
    Row{"no network at all",                 "https://a.test",         but_not("10.0.0.0/99"),      "refused"},
    Row{"a star inside a name",              "https://a.test",         but_not("a.*.test"),         "refused"}));

TEST(Proxy, SettingsComeFromVariables) {
    const auto read = [](std::map<std::string, std::string, std::less<>> variables) {
        const auto settings = read_proxy_settings([&](std::string_view name) {
            const auto found = variables.find(name);
            return found == variables.end() ? std::string{} : found->second;
        });
        return settings.http + " " + settings.https + " " + settings.except;
    };
    EXPECT_EQ(read({}), "  ");
    EXPECT_EQ(read({{"HTTP_PROXY", "a"}, {"HTTPS_PROXY", "b"}, {"NO_PROXY", "c"}}), "a b c");
    EXPECT_EQ(read({{"HTTPS_PROXY", "upper"}, {"https_proxy", "lower"}}), " lower ");
    EXPECT_EQ(read({{"ALL_PROXY", "all"}, {"HTTP_PROXY", "a"}}), "a all ");
}

TEST(Proxy, RefusalsDoNotRepeatAPassword) {
    const auto proxy = choose_proxy({.http = "http://ada:secret@pro xy", .https = "", .except = ""}, *parse_url("http://a.test"));
    ASSERT_FALSE(proxy);
    EXPECT_EQ(proxy.error().message.find("secret"), std::string::npos);
}
}  // namespace
}  // namespace rondo::net
