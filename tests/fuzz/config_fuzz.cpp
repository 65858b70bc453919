// A settings file, as YAML or as JSON, read into real settings.
#include "base/config/loader.hpp"
#include "fuzz/fuzz.hpp"
#include "platform/net/http_server.hpp"
#include "platform/store/config.hpp"
#include "talk/turn/config.hpp"

#include <algorithm>

namespace rondo::fuzz {
namespace {
struct Config {
    std::string name{"rondo"};
    net::HttpServer::Config server;
    store::Config store;
    turn::Config turn;
};
template <class Visitor>
void describe(Visitor& v, Config& c) {
    v.field("name", c.name, Reload::live, "A text.");
    v.section("server", c.server);
    v.section("store", c.store);
    v.section("turn", c.turn);
}

void walk(const config::Node& node, std::size_t depth) {
    expect(depth <= config::kMaxDepth + 1, "nesting has a limit");
    expect(node.members.size() <= config::kMaxMembers, "members have a limit");
    for (std::size_t i = 0; i < node.members.size(); ++i) {
        const auto& [key, member] = node.members[i];
        for (std::size_t k = 0; k < i; ++k) expect(node.members[k].first != key, "keys are distinct");
        walk(member, depth + 1);
    }
    for (const auto& item : node.items) walk(item, depth + 1);
}
}  // namespace

/// The first byte chooses the format.
void run(std::string_view input) {
    const auto format = choice(input) % 2 == 0 ? config::Format::yaml : config::Format::json;
    const config::Text text{.name = "fuzz", .body = std::string{input}, .format = format};
    if (const auto tree = config::parse(text)) walk(*tree, 0);
    const auto loaded = config::load_text<Config>(text, {});
    if (!loaded) return expect(!loaded.error().faults.empty(), "a refusal names the faults");
    config::LoadOptions flags;
    for (const auto& setting : loaded->settings) flags.flags.push_back({setting.key, setting.value});
    const auto again = config::load_text<Config>(std::nullopt, flags);
    expect(again.has_value(), "what check-config prints can be given as flags");
    expect(std::ranges::equal(again->settings, loaded->settings, {}, &config::Setting::value, &config::Setting::value),
           "and means the same");
}
}  // namespace rondo::fuzz
