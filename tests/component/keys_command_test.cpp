// `rondo keys`, as a person runs it beside a server: the real program, its output, and what the server makes of it.
#include "component/program.hpp"
#include "support/keys.hpp"
#include "support/server_test.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>

namespace rondo {
namespace {
namespace fs = std::filesystem;
using support::Answer;
using support::Ended;
using support::text_of;

class KeysCommand : public support::ServerTest {
protected:
    /// stdout alone unless the arguments say otherwise.
    Ended keys(const std::string& arguments) {
        return support::run_program(fmt::format("keys {} --data '{}'", arguments, server.data().string()), "2>/dev/null");
    }
    boost::json::value keys_json(const std::string& arguments) {
        const Ended run = keys(arguments + " --json");
        EXPECT_EQ(run.exit, 0) << arguments << run.output;
        return boost::json::parse(run.output);
    }
    Answer ask(const std::string& key) {
        net::ClientRequest request{.method = net::Method::get, .target = "/api/v1/sessions"};
        if (!key.empty()) request.headers.push_back(support::bearer(key));
        return now().send(std::move(request));
    }
    /// Asks until the server has noticed.
    Answer until(const std::string& key, int status) {
        for (const auto patience = Clock::now() + std::chrono::minutes{1}; Clock::now() < patience;) {
            Answer answer = ask(key);
            if (answer.status == status) return answer;
        }
        throw std::runtime_error{"the server did not notice for a minute"};
    }
};

TEST_F(KeysCommand, AKeyLivesAndDiesBesideARunningServer) {
    EXPECT_EQ(ask("").status, 200) << "no key yet: open, as on any first day";
    const auto made = keys_json("create --name ada --tenant acme --expires 90d --requests-per-minute 600000");
    const std::string id = text_of(made, "id"), first = text_of(made, "key");
    EXPECT_EQ(text_of(made, "scope"), "user");
    EXPECT_EQ(text_of(made, "user"), "ada");
    until(first, 200);
    EXPECT_EQ(until("", 401).text("code"), "KEY_REQUIRED") << "with the first key the server is closed";

    const std::string second = text_of(keys_json("rotate " + id), "key");
    until(second, 200);
    EXPECT_EQ(ask(first).status, 200) << "the old secret has a day of grace";
    const std::string third = text_of(keys_json("rotate " + id + " --grace 0"), "key");
    until(third, 200);
    EXPECT_EQ(until(second, 401).text("code"), "KEY_UNKNOWN");

    EXPECT_EQ(text_of(keys_json("revoke " + id), "state"), "revoked");
    EXPECT_EQ(until(third, 401).text("code"), "KEY_REVOKED");
    EXPECT_EQ(ask("").status, 401) << "a server whose last key was revoked is not open again";
}

TEST_F(KeysCommand, ListTellsEverythingButTheSecret) {
    const std::string key = text_of(keys_json("create --name grafana --scope operator"), "key");
    until(key, 200);
    restart();  // writes when keys were last used
    const auto listed = keys_json("list");
    ASSERT_EQ(listed.at("keys").as_array().size(), 1U);
    const auto& one = listed.at("keys").as_array()[0];
    EXPECT_EQ(text_of(one, "state"), "good");
    EXPECT_FALSE(text_of(one, "last_used").empty());
    const std::string secret{guard::read_key(key)->secret};
    for (const auto& file : fs::directory_iterator{server.data()}) {
        if (!file.path().filename().string().starts_with("keys")) continue;
        std::ifstream in{file.path(), std::ios::binary};
        const std::string bytes{std::istreambuf_iterator<char>{in}, {}};
        EXPECT_EQ(bytes.find(secret), std::string::npos) << file.path();
        EXPECT_EQ(file.status().permissions() & fs::perms{0077}, fs::perms::none) << file.path();
    }
    const Ended table = keys("list");
    EXPECT_THAT(table.output, testing::HasSubstr("grafana"));
    EXPECT_EQ(table.output.find(secret), std::string::npos);
}

TEST_F(KeysCommand, TheKeyAloneIsOnStdout) {
    const Ended run = keys("create --name ci");
    EXPECT_EQ(run.exit, 0);
    ASSERT_TRUE(run.output.ends_with('\n'));
    EXPECT_TRUE(guard::read_key(run.output.substr(0, run.output.size() - 1))) << run.output;
}

TEST_F(KeysCommand, ADamagedFileChangesNothing) {
    const std::string key = text_of(keys_json("create --name ada"), "key");
    until(key, 200);
    std::ofstream{server.data() / "keys.json"} << "{}";
    EXPECT_EQ(keys("list").exit, 1);
    EXPECT_EQ(keys("create --name eve").exit, 1) << "and is not written over";
    EXPECT_EQ(ask(key).status, 200);
    fs::remove(server.data() / "keys.json");
    restart();
    EXPECT_EQ(ask("").status, 200) << "removing the file and starting again is how to begin anew";
}

TEST_F(KeysCommand, WhatIsAskedWrongIsRefused) {
    for (const char* wrong : {"", "create --scope root", "create --name ''", "create --user 'a b'", "create --expires soon",
                              "create --tokens-per-minute -1", "revoke", "rotate x --grace soon"}) {
        EXPECT_EQ(keys(wrong).exit, 2) << wrong;
    }
    EXPECT_EQ(keys("revoke nobody").exit, 1);
    EXPECT_FALSE(fs::exists(server.data() / "keys.json")) << "nothing was written";
}
}  // namespace
}  // namespace rondo
