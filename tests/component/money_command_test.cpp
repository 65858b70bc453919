// `rondo usage` and `rondo budgets` as a person runs them: the real program beside a server.
#include "component/program.hpp"
#include "support/keys.hpp"
#include "support/server_test.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <fstream>

namespace rondo {
namespace {
using support::Ended;
using testing::HasSubstr;

class MoneyCommand : public support::ServerTest {
protected:
    MoneyCommand() {
        std::ofstream{key_file()} << support::make_key(server.data(), "acme", "root", guard::Role::admin) << '\n';
        restart();
        port = server.port();
    }
    std::string key_file() { return (server.data() / "admin.key").string(); }
    Ended rondo(const std::string& arguments) {
        return support::run_program(fmt::format("{} --url http://127.0.0.1:{} --key-file '{}'", arguments, port, key_file()));
    }
    void speak() {
        std::ifstream in{key_file()};
        std::string key;
        std::getline(in, key);
        const auto with_key = std::vector{support::bearer(key)};
        ASSERT_EQ(now().post("/api/v1/sessions", {{"session_id", "s"}}, with_key).status, 201);
        ASSERT_EQ(now().post("/api/v1/sessions/s/turns", {{"user_message", "多少钱？"}}, with_key).status, 200);
    }

    std::uint16_t port{0};  ///< also once the server is gone
};

TEST_F(MoneyCommand, UsageAsATableJsonAndCsv) {
    speak();
    const Ended table = rondo("usage --by user");
    EXPECT_EQ(table.exit, 0) << table.output;
    EXPECT_THAT(table.output, HasSubstr("USER "));
    EXPECT_THAT(table.output, HasSubstr("\nroot "));
    EXPECT_THAT(table.output, HasSubstr("\ntotal "));
    const Ended json = rondo("usage --json --by scenario");
    const auto report = boost::json::parse(json.output);
    EXPECT_EQ(report.at("lines").as_array().size(), 1U) << json.output;
    EXPECT_EQ(support::text_of(report.at("lines").as_array()[0], "name"), "sales-zh");
    EXPECT_GT(report.at("total").at("calls").as_int64(), 0);
    const Ended csv = rondo("usage --csv --by model --session s");
    EXPECT_THAT(csv.output, testing::StartsWith("model,calls,"));
    EXPECT_THAT(csv.output, HasSubstr("\r\ntotal,"));
    EXPECT_THAT(rondo("usage --session nobodys").output, HasSubstr("total      0"));
}

TEST_F(MoneyCommand, ABudgetIsSetShownAndReset) {
    EXPECT_THAT(rondo("budgets show ada").output, HasSubstr("100.00"));
    const Ended set = rondo("budgets set ada --day 5 --month 50.5 --warn-percent 90");
    EXPECT_EQ(set.exit, 0) << set.output;
    EXPECT_THAT(set.output, HasSubstr("50.50"));
    EXPECT_THAT(set.output, HasSubstr("warns at 90 %"));
    const Ended again = rondo("budgets set user:ada --day none --shadow on --json");
    const auto budget = boost::json::parse(again.output);
    EXPECT_TRUE(budget.at("limit").is_null()) << again.output;
    EXPECT_EQ(budget.at("month").at("limit").to_number<double>(), 50.5) << "what is not given stays";
    EXPECT_EQ(budget.at("warn_percent").as_int64(), 90);
    EXPECT_TRUE(budget.at("shadow").as_bool());
    const Ended listed = rondo("budgets list");
    EXPECT_THAT(listed.output, HasSubstr("user:root "));
    EXPECT_THAT(listed.output, HasSubstr("user:ada "));
    EXPECT_EQ(boost::json::parse(rondo("budgets list --json").output).at("items").as_array().size(), 2U);
    EXPECT_THAT(rondo("budgets reset ada").output, HasSubstr("100.00"));
    EXPECT_EQ(rondo("budgets reconcile ada").exit, 0);
}

TEST_F(MoneyCommand, WhatDoesNotWorkSaysWhy) {
    struct Row {
        const char* arguments;
        int exit;
        const char* says;
    };
    for (const auto& [arguments, exit, says] : {
             Row{"usage --by week", 2, "week"},
             Row{"usage --json --csv", 2, "--csv"},
             Row{"usage --from yesterday", 1, "2026-01-31"},
             Row{"budgets", 2, "subcommand"},
             Row{"budgets show tenant:other", 1, "no such budget"},
             Row{"budgets set ada --day lots", 2, "12.50"},
         }) {
        const Ended run = rondo(arguments);
        EXPECT_EQ(run.exit, exit) << arguments << '\n' << run.output;
        EXPECT_THAT(run.output, HasSubstr(says)) << arguments;
    }
    server.stop();
    const Ended alone = rondo("usage");
    EXPECT_EQ(alone.exit, 1) << alone.output;
}
}  // namespace
}  // namespace rondo
