#pragma once
#include "base/config/loader.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

/// A configuration with every type of setting, for the tests of this folder.
namespace rondo::sample {
struct Server {
    std::string host{"127.0.0.1"};
    std::uint16_t port{8000};
    bool cors{false};
    std::chrono::milliseconds timeout{30'000};
    std::chrono::milliseconds first_token{5'000};
};

template <class Visitor>
void describe(Visitor& v, Server& c) {
    using std::chrono::milliseconds;
    v.field("host", c.host, Reload::restart, "Address to listen on.");
    v.field("port", c.port, Reload::restart, "Port to listen on; 0: any.");
    v.field("cors", c.cors, Reload::live, "Answer other origins.");
    v.field("timeout_ms", c.timeout, Reload::live, "Whole call.", in(milliseconds{100}, milliseconds{120'000}));
    v.field("first_token_ms", c.first_token, Reload::live, "Gives up on a silent stream.", in(50, 60'000));
    v.rule(c.first_token <= c.timeout, "first_token_ms", "must not exceed timeout_ms");
}

struct Config {
    Server server;
    std::string log_level{"info"};
    double rate{0.5};
    std::int64_t budget{100};
    std::chrono::seconds ttl{3600};
    std::chrono::milliseconds pause{50};
    std::optional<std::string> model;
    std::string token;
    std::vector<std::string> nodes{"intent", "npc"};
    std::filesystem::path data{"data"};
};

template <class Visitor>
void describe(Visitor& v, Config& c) {
    v.section("server", c.server);
    v.field("log_level", c.log_level, Reload::live, "Least severe lines.", OneOf{{"debug", "info", "warn"}});
    v.field("rate", c.rate, Reload::live, "Share.", in(0.0, 1.0));
    v.field("budget", c.budget, Reload::live, "Units.", Range{.low = 0});
    v.field("ttl_s", c.ttl, Reload::live, "Keeps entries.");
    v.field("pause", c.pause, Reload::live, "A time whose key names no unit.");
    v.field("model", c.model, Reload::live, "Preferred model.");
    v.field("token", c.token, Reload::restart, "Password.", OneOf{{"", "hush", "whisper"}}, Secret{});
    v.field("nodes", c.nodes, Reload::live, "Enabled nodes.", OneOf{{"intent", "npc", "coach"}});
    v.field("data", c.data, Reload::restart, "Folder.");
}
}  // namespace rondo::sample

namespace rondo::config {
inline Result<Loaded<sample::Config>> load_yaml(std::string body, const LoadOptions& options = {}) {
    return load_text<sample::Config>(Text{"rondo.yaml", std::move(body)}, options);
}

/// "path: message" of every fault, a line each; empty: it loaded.
template <class T>
std::string faults_text(const Result<T>& result) {
    std::string all;
    if (result) return all;
    for (const Fault& fault : result.error().faults) all += (all.empty() ? "" : "\n") + fault.path + ": " + fault.message;
    return all;
}
}  // namespace rondo::config
