// Providers, prices and limits change while the server runs; what cannot be used changes nothing.
#include "component/provided.hpp"
#include "platform/files/replace_file.hpp"
#include "support/generations.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace rondo {
namespace {
using support::Answer;
using support::kOpenAi;

TEST(ProvidersReload, ATargetItsPriceAndALimitAreThoseOfTheNextCall) {
    const support::TempFolder folder;
    const auto file = folder.path() / "rondo.yaml";
    mock::Provider provider{{}};
    support::started(provider);
    const auto write = [&](const char* name, const char* key, const char* ledger) {
        const auto text = fmt::format("llm: {{targets: {{{}: {{base_url: \"http://127.0.0.1:{}/v1\", model: ok{}}}}}}}\n{}\n", name,
                                      provider.port(), key, ledger);
        ASSERT_TRUE(files::replace_file(file, text));
    };
    write("first", "", "");
    support::Server server{{}, app::App::Options{.inputs = {.file = file}}};
    support::Generations generations{server.app()};
    support::Loop loop;
    support::Client client{loop, server.port()};
    const auto ask = [&](const char* model) { return client.post(kOpenAi.path, kOpenAi.request(model, "hi")); };
    EXPECT_EQ(ask("first").header("x-rondo-route"), "first");

    write("second", "", "");
    server.app().reload();
    generations.wait_for(2);
    EXPECT_EQ(ask("second").header("x-rondo-route"), "second");
    EXPECT_EQ(ask("first").status, 404) << "it is gone";

    write("third", ", key_env: NOBODY_SET_THIS", "");
    server.app().reload();
    const auto refused_reload = [&] { return client.get("/api/v1/config").body.contains("NOBODY_SET_THIS"); };
    for (const auto patience = Clock::now() + std::chrono::minutes{1}; !refused_reload();) ASSERT_LT(Clock::now(), patience);
    EXPECT_EQ(ask("second").header("x-rondo-route"), "second") << "what cannot be used changes nothing";

    write("second", "", "ledger: {user_day: 0.000001}");
    server.app().reload();
    generations.wait_for(3);
    const Answer refused = ask("second");
    EXPECT_EQ(refused.status, 429) << refused.body;
}
}  // namespace
}  // namespace rondo
