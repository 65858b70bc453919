// What keeps the page from running code of others, being framed, or telling where it was.
#include "support/server_test.hpp"

#include <gmock/gmock.h>

#include <map>
#include <string>

namespace rondo {
namespace {
using support::Answer;
using testing::HasSubstr;
using testing::Not;

class EdgePageHeaders : public support::ServerTest {
protected:
    /// The policy's directives by name.
    static std::map<std::string, std::string> directives(std::string_view policy) {
        std::map<std::string, std::string> all;
        for (std::size_t at = 0; at < policy.size();) {
            const auto end = std::min(policy.find(';', at), policy.size());
            auto one = policy.substr(at, end - at);
            while (one.starts_with(' ')) one.remove_prefix(1);
            const auto space = std::min(one.find(' '), one.size());
            all.emplace(one.substr(0, space), one.substr(std::min(space + 1, one.size())));
            at = end + 1;
        }
        return all;
    }
};

TEST_F(EdgePageHeaders, EveryFileOfThePageHasThem) {
    int files = 0;
    for (const auto& route : server.app().routes().routes()) {
        if (route.name != "page" && route.name != "docs" && route.name != "openapi") continue;
        const Answer answer = client.get(route.pattern);
        if (answer.status == 404) continue;  // a binary without the page
        ++files;
        EXPECT_EQ(answer.status, 200) << route.pattern;
        EXPECT_EQ(answer.header("x-content-type-options"), "nosniff") << route.pattern;
        EXPECT_EQ(answer.header("x-frame-options"), "DENY") << route.pattern;
        EXPECT_EQ(answer.header("referrer-policy"), "no-referrer") << route.pattern;
        EXPECT_EQ(answer.header("cross-origin-opener-policy"), "same-origin") << route.pattern;
        EXPECT_EQ(answer.header("cross-origin-resource-policy"), "same-origin") << route.pattern;
        EXPECT_THAT(std::string{answer.header("permissions-policy")}, HasSubstr("microphone=()")) << route.pattern;
        EXPECT_EQ(answer.header("strict-transport-security"), "") << "means nothing without TLS: " << route.pattern;
        const std::string policy{answer.header("content-security-policy")};
        EXPECT_THAT(policy, Not(HasSubstr("unsafe"))) << route.pattern;
        EXPECT_THAT(policy, Not(HasSubstr("*"))) << route.pattern;
        auto said = directives(policy);
        for (const auto& [name, value] : std::map<std::string, std::string>{{"default-src", "'none'"},
                                                                            {"script-src", "'self'"},
                                                                            {"style-src", "'self'"},
                                                                            {"connect-src", "'self'"},
                                                                            {"base-uri", "'none'"},
                                                                            {"form-action", "'none'"},
                                                                            {"frame-ancestors", "'none'"}}) {
            EXPECT_EQ(said[name], value) << name << " of " << route.pattern;
        }
    }
    EXPECT_GE(files, 4) << "the API's document and its page are always there";
}

TEST_F(EdgePageHeaders, AnswersOfTheApiAreNotSniffed) {
    for (const char* target : {"/api/v1/scenarios", "/nothing", "/v1/models", "/metrics"}) {
        EXPECT_EQ(client.get(target).header("x-content-type-options"), "nosniff") << target;
    }
}
}  // namespace
}  // namespace rondo
