#include "platform/net/origin.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace rondo::net {
namespace {
using Standing = OriginPolicy::Standing;

Request request_of(const char* host, std::vector<const char*> origins, bool secure = false, Method method = Method::post) {
    Request request;
    request.method = method;
    request.secure = secure;
    if (host) request.headers.push_back({"Host", host});
    for (const char* origin : origins) request.headers.push_back({"oRigin", origin});
    return request;
}

const OriginPolicy& policy() {
    static const OriginPolicy kPolicy{{.origins = {"https://chat.example.org", "http://chat.example.org:8080"}, .hosts = {"Rondo.Lan"}}};
    return kPolicy;
}

struct Row {
    const char* claim;
    const char* host;
    std::vector<const char*> origins;
    Standing standing;
    bool secure{false};
};
class OriginStanding : public testing::TestWithParam<Row> {};

TEST_P(OriginStanding, Is) {
    const Row& row = GetParam();
    const auto request = request_of(row.host, row.origins, row.secure);
    EXPECT_EQ(policy().standing(request), row.standing) << row.claim;
    const auto changed = policy().admit(request);
    EXPECT_EQ(changed.has_value(), row.standing != Standing::foreign) << row.claim;
    if (!changed) {
        EXPECT_EQ(changed.error().code, Code::permission_denied) << row.claim;
        EXPECT_EQ(changed.error().reason, "FOREIGN_ORIGIN") << row.claim;
    }
    EXPECT_TRUE(policy().admit(request_of(row.host, row.origins, row.secure, Method::get))) << "reading is the browser's to judge";
    EXPECT_EQ(policy().admit_web_socket(request, false).has_value(), row.standing != Standing::foreign) << row.claim;
    const bool browser = row.standing == Standing::same || row.standing == Standing::allowed;
    EXPECT_EQ(policy().admit_web_socket(request, true).has_value(), browser) << "with a ticket: " << row.claim;
}

const std::vector<Row> kStandings{
    {"programs send no Origin", "localhost:8000", {}, Standing::none},
    {"our own page", "localhost:8000", {"http://localhost:8000"}, Standing::same},
    {"our own page by address", "127.0.0.1:8000", {"http://127.0.0.1:8000"}, Standing::same},
    {"our own page by IPv6 address", "[::1]:8000", {"http://[::1]:8000"}, Standing::same},
    {"the usual port is not written", "rondo.lan", {"http://rondo.lan"}, Standing::same},
    {"nor when Host has it", "rondo.lan:80", {"http://rondo.lan"}, Standing::same},
    {"over TLS the page is https", "rondo.lan", {"https://rondo.lan"}, Standing::same, true},
    {"its usual port is 443", "rondo.lan:443", {"https://rondo.lan"}, Standing::same, true},
    {"names have no case in Host", "LocalHost:8000", {"http://localhost:8000"}, Standing::same},
    {"a listed origin", "localhost:8000", {"https://chat.example.org"}, Standing::allowed},
    {"a listed origin with its port", "localhost:8000", {"http://chat.example.org:8080"}, Standing::allowed},
    {"another site", "localhost:8000", {"http://evil.example"}, Standing::foreign},
    {"null: a file, a sandboxed frame", "localhost:8000", {"null"}, Standing::foreign},
    {"nothing at all", "localhost:8000", {""}, Standing::foreign},
    {"another port of the same host", "localhost:8000", {"http://localhost:8001"}, Standing::foreign},
    {"the same host without its port", "localhost:8000", {"http://localhost"}, Standing::foreign},
    {"another scheme of the same host", "localhost:8000", {"https://localhost:8000"}, Standing::foreign},
    {"http where the server is https", "rondo.lan", {"http://rondo.lan"}, Standing::foreign, true},
    {"localhost is not 127.0.0.1", "127.0.0.1:8000", {"http://localhost:8000"}, Standing::foreign},
    {"a name that ends with ours", "rondo.lan", {"http://evilrondo.lan"}, Standing::foreign},
    {"a name below ours", "rondo.lan", {"http://sub.rondo.lan"}, Standing::foreign},
    {"a name that begins with ours", "rondo.lan", {"http://rondo.lan.evil.example"}, Standing::foreign},
    {"a port that begins with ours", "localhost:8000", {"http://localhost:80000"}, Standing::foreign},
    {"a trailing dot", "rondo.lan", {"http://rondo.lan."}, Standing::foreign},
    {"other case in Origin, which browsers never send", "rondo.lan", {"http://RONDO.lan"}, Standing::foreign},
    {"other case in the scheme", "rondo.lan", {"HTTP://rondo.lan"}, Standing::foreign},
    {"a user in front of the host", "rondo.lan", {"http://rondo.lan@evil.example"}, Standing::foreign},
    {"ours as the user of another", "rondo.lan", {"http://evil.example@rondo.lan"}, Standing::foreign},
    {"a path", "rondo.lan", {"http://rondo.lan/"}, Standing::foreign},
    {"a query", "rondo.lan", {"http://rondo.lan?a"}, Standing::foreign},
    {"the usual port written out", "rondo.lan", {"http://rondo.lan:80"}, Standing::foreign},
    {"a space behind", "rondo.lan", {"http://rondo.lan "}, Standing::foreign},
    {"two origins in one header", "rondo.lan", {"http://rondo.lan http://evil.example"}, Standing::foreign},
    {"two headers", "rondo.lan", {"http://rondo.lan", "http://evil.example"}, Standing::foreign},
    {"two headers, both ours", "rondo.lan", {"http://rondo.lan", "http://rondo.lan"}, Standing::foreign},
    {"a listed name with another scheme", "localhost:8000", {"http://chat.example.org"}, Standing::foreign},
    {"a listed name with another port", "localhost:8000", {"https://chat.example.org:444"}, Standing::foreign},
    {"below a listed name", "localhost:8000", {"https://a.chat.example.org"}, Standing::foreign},
    {"a listed name with more behind", "localhost:8000", {"https://chat.example.org.evil.example"}, Standing::foreign},
    {"a listed name with a dot", "localhost:8000", {"https://chat.example.org."}, Standing::foreign},
    {"a file", "localhost:8000", {"file://"}, Standing::foreign},
    {"an extension", "localhost:8000", {"chrome-extension://abcdef"}, Standing::foreign},
    {"a Host that is none", "rondo lan", {"http://rondo lan"}, Standing::foreign},
    {"a Host with a user", "a@rondo.lan", {"http://a@rondo.lan"}, Standing::foreign},
    {"no Host", nullptr, {"http://"}, Standing::foreign},
    {"an address in another form", "127.0.0.1:8000", {"http://127.1:8000"}, Standing::foreign},
};
INSTANTIATE_TEST_SUITE_P(Origin, OriginStanding, testing::ValuesIn(kStandings));

struct HostRow {
    const char* claim;
    const char* host;
    bool known;
};
class HostAdmitted : public testing::TestWithParam<HostRow> {};

TEST_P(HostAdmitted, Or) {
    const HostRow& row = GetParam();
    const auto said = policy().admit_host(request_of(row.host, {}));
    EXPECT_EQ(said.has_value(), row.known) << row.claim;
    if (!said) EXPECT_EQ(said.error().reason, "UNKNOWN_HOST") << row.claim;
}

INSTANTIATE_TEST_SUITE_P(
    Origin, HostAdmitted,
    testing::Values(HostRow{"localhost", "localhost", true}, HostRow{"with a port", "localhost:8000", true},
                    HostRow{"in any case", "LOCALHOST:8000", true}, HostRow{"below localhost", "rondo.localhost:8000", true},
                    HostRow{"the usual address", "127.0.0.1:8000", true}, HostRow{"another of the net", "127.8.9.10", true},
                    HostRow{"the IPv6 one", "[::1]:8000", true}, HostRow{"without port", "[::1]", true},
                    HostRow{"a listed name, in any case", "RONDO.lan:8000", true}, HostRow{"a name made to point here", "evil.example:8000", false},
                    HostRow{"ours in front", "localhost.evil.example", false}, HostRow{"ours behind", "evillocalhost", false},
                    HostRow{"below a listed name", "a.rondo.lan", false}, HostRow{"an address of the net", "192.168.1.5:8000", false},
                    HostRow{"any address", "0.0.0.0:8000", false}, HostRow{"another IPv6 address", "[fe80::1]:8000", false},
                    HostRow{"an address in another form", "2130706433", false}, HostRow{"no port behind the colon", "localhost:", false},
                    HostRow{"a port that is none", "localhost:8000x", false}, HostRow{"a user", "localhost@evil.example", false},
                    HostRow{"nothing", "", false}, HostRow{"none", nullptr, false}));

TEST(Origin, ListsTakeOriginsAsBrowsersWriteThem) {
    for (const char* good : {"https://chat.example.org", "http://localhost:5173", "https://[2001:db8::1]:8443", "http://127.0.0.1"}) {
        EXPECT_TRUE(is_origin(good)) << good;
    }
    for (const char* bad : {"", "*", "null", "chat.example.org", "https://", "https://chat.example.org/", "https://Chat.example.org",
                            "https://chat.example.org:443", "http://a:80", "ftp://a", "https://a b", "https://*.example.org", "https://a:0",
                            "https://a:65536", "https://a:08", "https://[::1", "https://[zz]", "https://.a"}) {
        EXPECT_FALSE(is_origin(bad)) << bad;
    }
}
}  // namespace
}  // namespace rondo::net
