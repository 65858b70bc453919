#include "app/providers.hpp"

#include "engine/llm/anthropic_target.hpp"
#include "engine/llm/openai_target.hpp"
#include "engine/llm/outbound_transport.hpp"
#include "platform/net/proxy.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <utility>

namespace rondo::app {
/// One target's connections: an Outbound for each event loop, each destroyed on its own.
class Providers::Pools {
public:
    Pools(EventLoops& loops, const net::Outbound::Config& config) {
        for (asio::io_context* loop : loops.all()) members_.push_back({loop, std::make_unique<net::Outbound>(*loop, config)});
    }
    ~Pools() {
        for (Member& member : members_) {
            if (member.loop->stopped()) continue;  // its thread has ended: it may go here
            asio::post(*member.loop, [gone = std::move(member.outbound)] {});
        }
    }
    Pools(const Pools&) = delete;
    Pools& operator=(const Pools&) = delete;

    [[nodiscard]] net::Outbound& here() {
        const auto mine = std::ranges::find_if(members_, [](const Member& m) { return m.loop->get_executor().running_in_this_thread(); });
        assert(mine != members_.end() && "providers are asked on event loops only");
        return *mine->outbound;
    }

private:
    struct Member {
        asio::io_context* loop;
        std::unique_ptr<net::Outbound> outbound;
    };
    std::vector<Member> members_;
};

namespace {
Error of_target(Error error, const std::string& name) {
    error.message = fmt::format("llm.targets.{}: {}", name, error.message);
    return error;
}

Result<net::Outbound::Config> outbound_of(const llm::TargetConfig& config, const net::ProxySettings& proxies,
                                          std::shared_ptr<const net::TlsContext> tls) {
    auto endpoint = net::parse_url(llm::split_base_url(config.base_url).endpoint);
    if (!endpoint) return propagate(endpoint);
    auto proxy = net::choose_proxy(proxies, *endpoint);
    if (!proxy) return propagate(proxy);
    return net::Outbound::Config{.endpoint = std::move(*endpoint),
                                 .tls = std::move(tls),
                                 .proxy = std::move(*proxy),
                                 .max_connections = static_cast<std::size_t>(config.max_connections),
                                 .connect_timeout = config.connect};
}
}  // namespace

Providers::Providers(Parts parts)
    : parts_{parts},
      gateway_{{}, {.metrics = parts.registry,
                    .meter = parts.meter,
                    .fallback = parts.fallback,
                    .on_breaker = std::move(parts.on_breaker),
                    .on_detached = {},
                    .seed = parts.seed}} {}

Providers::~Providers() = default;

Status Providers::configure(const llm::Config& config, const config::Environment& environment) {
    auto tls = net::TlsContext::make(config.ca_file);
    if (!tls) return propagate(tls);
    const auto proxies = net::read_proxy_settings([&environment](std::string_view name) {
        const auto found = environment.find(std::string{name});
        return found == environment.end() ? std::string{} : found->second;
    });
    llm::GatewaySetup setup{.config = config.gateway, .targets = {}, .aliases = {}, .order = config.order};
    std::vector<std::string> names;
    for (const auto& [name, target] : config.targets) {
        auto outbound = outbound_of(target, proxies, *tls);
        if (!outbound) return fail(of_target(outbound.error(), name));
        auto key = llm::read_key(target, environment);
        if (!key) return fail(of_target(key.error(), name));
        auto pools = std::make_shared<Pools>(parts_.loops, *outbound);
        auto transport = std::make_shared<llm::OutboundTransport>([pools = std::move(pools)]() -> net::Outbound& { return pools->here(); });
        if (target.kind == "anthropic") {
            setup.targets.push_back(std::make_shared<llm::AnthropicTarget>(name, target, std::move(*key), std::move(transport)));
        } else {
            setup.targets.push_back(std::make_shared<llm::OpenAiTarget>(name, target, std::move(*key), std::move(transport)));
        }
        names.push_back(name);
    }
    for (const auto& [name, alias] : config.aliases) {
        setup.aliases.emplace(name, alias.targets);
        names.push_back(name);
    }
    std::shared_ptr<const llm::Target> usual;
    for (const auto& target : setup.targets) {
        if (!usual || (!config.order.empty() && target->id() == config.order.front())) usual = target;
    }
    gateway_.apply(std::move(setup));
    const std::scoped_lock lock{mutex_};
    usual_ = std::move(usual);
    names_ = std::move(names);
    return {};
}

llm::Model* Providers::model() {
    const std::scoped_lock lock{mutex_};
    return usual_ ? &gateway_ : nullptr;
}

std::shared_ptr<const llm::Target> Providers::usual() const {
    const std::scoped_lock lock{mutex_};
    return usual_;
}

std::vector<std::string> Providers::names() const {
    const std::scoped_lock lock{mutex_};
    return names_;
}
}  // namespace rondo::app
