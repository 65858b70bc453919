#include "gateway_row.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace rondo::bench {
namespace {
GatewayRow json_row() {
    GatewayRow row{.name = "json", .c = 1, .rss_kib = 30'000};
    row.req_per_s = 8'123.44;
    row.added_p50_us = 70;
    row.added_p99_us = 99.5;
    row.cpu_us_per_request = 61.25;
    row.more = {{"rounds", 7}, {"iqr_us", 3.25, 1}};
    row.binds = "server";
    return row;
}

TEST(GatewayRow, IsALineOfTheAgreedFieldsInTheirOrder) {
    EXPECT_EQ(to_json(json_row()),
              R"({"bench":"gateway","case":"json","c":1,"req_per_s":8123.4,"added_p50_us":70.0,"added_p99_us":99.5,)"
              R"("cpu_us_per_request":61.2,"added_ttft_p99_us":null,"added_chunk_p99_us":null,"rss_kib":30000,"rounds":7,"iqr_us":3.2,)"
              R"("binds":"server"})");
    EXPECT_TRUE(check_gateway(to_json(json_row())).empty());
}

TEST(GatewayRow, StandsUnderTheHead) {
    const auto head = gateway_head();
    const auto text = to_text(json_row());
    EXPECT_EQ(text.substr(0, 18), "json             1");
    EXPECT_EQ(text.find("99.5") + 4, head.find("+p99 us") + 7);
}

TEST(GatewayRow, TargetsAreMetUpToTheirLimit) {
    auto row = json_row();
    EXPECT_NE(targets_text({&row, 1}).find("added_p99_us                 <= 100         99.5  met\n"), std::string::npos)
        << targets_text({&row, 1});
    row.added_p99_us = 100;
    EXPECT_NE(targets_text({&row, 1}).find("100.0  met\n"), std::string::npos);
    row.added_p99_us = 100.1;
    EXPECT_NE(targets_text({&row, 1}).find("100.1  missed\n"), std::string::npos);
}

TEST(GatewayRow, TargetsOfManyUsersAreNotForOne) {
    const auto one = json_row();
    EXPECT_EQ(targets_text({&one, 1}).find("req_per_s"), std::string::npos);
    auto many = json_row();
    many.c = 64;
    const auto text = targets_text({&many, 1});
    EXPECT_NE(text.find("req_per_s"), std::string::npos);
    EXPECT_EQ(text.find("added_p99_us"), std::string::npos);
}

struct Row {
    const char* claim;
    const char* from;
    const char* to;    ///< in our own line
    const char* path;  ///< of the only fault; null: none
};

class GatewayCheckTest : public testing::TestWithParam<Row> {};

TEST_P(GatewayCheckTest, NamesWhatIsWrong) {
    const Row& row = GetParam();
    auto line = to_json(json_row());
    const std::string from = row.from;
    const auto at = line.find(from);
    ASSERT_NE(at, std::string::npos) << row.claim;
    line.replace(at, from.size(), row.to);
    const auto faults = check_gateway(line);
    ASSERT_EQ(faults.size(), row.path ? 1U : 0U) << row.claim;
    if (row.path) EXPECT_EQ(faults[0].path, row.path) << row.claim;
}

INSTANTIATE_TEST_SUITE_P(Bench, GatewayCheckTest, testing::Values(
    Row{"a difference may be negative",       R"("added_p99_us":99.5)",         R"("added_p99_us":-3.0)",        nullptr},
    Row{"what does not apply is null",        R"("req_per_s":8123.4)",          R"("req_per_s":null)",           nullptr},
    Row{"further fields may follow",          R"("rounds":7)",                  R"("rounds":7,"late":0)",        nullptr},
    Row{"a missing field",                    R"("added_p50_us":70.0,)",        "",                              "/added_p50_us"},
    Row{"another bench",                      R"("bench":"gateway")",           R"("bench":"turn")",             "/bench"},
    Row{"an unknown case",                    R"("case":"json")",               R"("case":"xml")",               "/case"},
    Row{"no memory",                          R"("rss_kib":30000)",             R"("rss_kib":0)",                "/rss_kib"},
    Row{"a request that costs nothing",       R"("cpu_us_per_request":61.2)",   R"("cpu_us_per_request":0)",     "/cpu_us_per_request"},
    Row{"a text where a number should be",    R"("added_p99_us":99.5)",         R"("added_p99_us":"99.5")",      "/added_p99_us"},
    Row{"nobody to name is null, not absent", R"(,"binds":"server")",           "",                              "/binds"},
    Row{"no line at all",                     R"({"bench")",                    R"(["bench")",                   ""}));
}  // namespace
}  // namespace rondo::bench
