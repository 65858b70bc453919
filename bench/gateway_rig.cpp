#include "gateway_rig.hpp"

#include "app/key_folder.hpp"
#include "base/json.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <optional>

namespace rondo::bench {
namespace {
constexpr const char* kProviderKey = "sk-bench";
constexpr std::int64_t kAMillionASecond = 60'000'000;  ///< per minute: a limit that is looked at and never met
constexpr int kConnections = 4'096;

/// The server's settings. Each model the bench asks for is a target of its own.
std::vector<std::string> settings(std::uint16_t mock_port, const std::vector<std::string>& more) {
    std::vector<std::string> all{"BENCH_PROVIDER_KEY=" + std::string{kProviderKey}, "RONDO_SERVER__THREADS=1",
                                 "RONDO_LEDGER__USER_DAY=1000000", "RONDO_LEDGER__USER_MONTH=10000000",
        // The bench spends like nobody else; being told so is no news.
                                 "RONDO_LEDGER__ALERTS__SPIKE_FACTOR=0", "RONDO_LEDGER__ALERTS__REQUEST_COST=0"};
    for (const auto& [name, model] : {std::pair{"OK", "ok"}, std::pair{"PACE", "pace@20"}}) {
        const auto set = [&, name = name](std::string_view field, std::string_view value) {
            all.push_back(fmt::format("RONDO_LLM__TARGETS__{}__{}={}", name, field, value));
        };
        set("KIND", "openai");
        set("BASE_URL", fmt::format("http://127.0.0.1:{}/v1", mock_port));
        set("MODEL", model);
        set("KEY_ENV", "BENCH_PROVIDER_KEY");
        set("MAX_CONNECTIONS", fmt::to_string(kConnections));
    }
    std::ranges::move(as_variables(more), std::back_inserter(all));
    return all;
}

/// "pace@20" is what the target `pace` asks for.
std::string_view target_of(std::string_view model) { return model.substr(0, model.find('@')); }

std::string post(std::string_view key, const std::string& body) {
    return fmt::format(
        "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {}\r\n"
        "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
        key, body.size(), body);
}
}  // namespace

Result<std::unique_ptr<GatewayRig>> GatewayRig::start(const Options& options) {
    std::unique_ptr<GatewayRig> rig{new GatewayRig{deal_cores()}};
    if (const auto made = rig->make_key(options.data); !made) return propagate(made);
    const auto cores = rig->cores_.others.size();
    auto mock = start_mock_provider(
        {.binary = options.binary, .key = kProviderKey, .tokens = options.tokens, .threads = cores > 1 ? cores - 1 : 1});
    if (!mock) return propagate(mock);
    rig->mock_ = std::move(*mock);
    const Pinned alone{rig->cores_.server};
    auto server = start_program({.binary = options.binary,
                                 .data = options.data,
                                 .scenarios = options.scenarios,
                                 .environment = clean_environment(settings(rig->mock_.port, options.settings)),
                                 .log_level = "error"});
    if (!server) return propagate(server);
    rig->server_ = std::move(*server);
    return rig;
}

Status GatewayRig::make_key(const std::filesystem::path& data) {
    const auto id = guard::random_key_id();
    return app::KeyFolder{data}.change([&](guard::KeyBook& book) -> Status {
        const auto issued = book.create({.name = "bench",
                                         .scope = {TenantId{"default"}, UserId{"bench"}},
                                         .limits = {.requests_per_minute = kAMillionASecond, .tokens_per_minute = 10 * kAMillionASecond}},
                                        id, guard::random_secret(), Clock::wall());
        if (!issued) return propagate(issued);
        key_ = issued->text;
        bad_key_ = guard::write_key(issued->record.id, guard::random_secret());
        return {};
    });
}

std::string GatewayRig::request(Way way, std::string_view model, bool stream, std::size_t extra) const {
    std::string text = "Tell me in a few words how a gateway counts what its users spend, and why a budget must not leak.";
    constexpr std::string_view kMore = " And go on like this for a good while, for this is a long story.";
    for (const auto wanted = text.size() + extra; text.size() < wanted;) text += kMore;
    boost::json::object body{{"model", way == Way::direct ? model : target_of(model)},
                             {"messages",
                              {{{"role", "system"}, {"content", "You are a helpful assistant. Answer in plain words."}},
                               {{"role", "user"}, {"content", text}}}}};
    if (stream) body["stream"] = true;
    return post(way == Way::direct ? kProviderKey : key_, json::write(body));
}

std::string GatewayRig::request_with_bad_key() const {
    return post(bad_key_, R"({"model":"ok","messages":[{"role":"user","content":"Let me in."}]})");
}

GatewayRig::Used GatewayRig::used() const {
    return {.server = cpu_time(server_.child->process()), .mock = cpu_time(mock_.child->process()), .driver = cpu_time(::getpid())};
}

Status GatewayRig::forget_attempts() const {
    const auto gone = fetch(mock_.port, "DELETE /attempts HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n");
    if (!gone) return propagate(gone);
    return {};
}

Result<std::int64_t> GatewayRig::attempts() const {
    const auto log = fetch(mock_.port, "GET /attempts HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    if (!log) return propagate(log);
    const auto parsed = json::parse(*log);
    const auto* object = parsed ? parsed->if_object() : nullptr;
    const auto* kept = object ? object->if_contains("attempts") : nullptr;
    const auto* dropped = object ? object->if_contains("dropped") : nullptr;
    if (!kept || !kept->is_array() || !dropped || !dropped->is_int64()) return fail(Code::internal, "the log of attempts cannot be read");
    return static_cast<std::int64_t>(kept->get_array().size()) + dropped->get_int64();
}
}  // namespace rondo::bench
