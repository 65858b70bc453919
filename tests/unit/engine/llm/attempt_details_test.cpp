#include "engine/llm/attempt_details.hpp"

#include <gtest/gtest.h>

namespace rondo::llm {
namespace {
using namespace std::chrono_literals;

TEST(AttemptDetails, TellEveryAttemptWithoutTheProvidersWords) {
    const Attempt attempts[]{
        {.target = "a", .error = Error{.code = Code::unavailable, .message = "SECRET", .reason = "PROVIDER_FAULT"}, .took = 3ms},
        {.target = "b", .error = Error{.code = Code::deadline_exceeded, .message = "SECRET"}, .took = 4us}};
    const std::string details = attempt_details(attempts);
    EXPECT_EQ(details, R"({"attempts":[{"target":"a","code":"PROVIDER_FAULT","took_us":3000},)"
                       R"({"target":"b","code":"deadline_exceeded","took_us":4}]})");
    const Tried read = tried(details);
    EXPECT_EQ(read.attempts, 2U);
    EXPECT_EQ(read.last, "b");
    EXPECT_EQ(read.waited, 3'004us);
}

TEST(AttemptDetails, OfNothingAreNothing) {
    EXPECT_EQ(attempt_details({}), "");
    for (const char* other : {"", "{}", "x", R"({"attempts":3})", R"({"used":1})"}) EXPECT_EQ(tried(other).attempts, 0U) << other;
}

TEST(AttemptDetails, AnOriginSumsWhatWasWaited) {
    const Attempt attempts[]{{.target = "a", .took = 3ms}, {.target = "b", .took = 4ms}};
    const Origin origin = origin_of("b", attempts);
    EXPECT_EQ(origin.route, "b");
    EXPECT_EQ(origin.attempts, 2U);
    EXPECT_EQ(origin.waited, 7ms);
}
}  // namespace
}  // namespace rondo::llm
