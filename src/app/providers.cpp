#include "app/providers.hpp"

#include "engine/llm/anthropic_target.hpp"
#include "engine/llm/openai_target.hpp"
#include "engine/llm/outbound_transport.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

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

Providers::Providers(Parts parts)
    : loops_{parts.loops},
      gateway_{{},
               {.metrics = parts.registry,
                .meter = parts.meter,
                .fallback = parts.fallback,
                .on_breaker = std::move(parts.on_breaker),
                .on_detached = {},
                .seed = parts.seed}} {}

Providers::~Providers() = default;

void Providers::configure(const llm::Config& config, const std::vector<ProviderEntry>& entries) {
    llm::GatewaySetup setup{.config = config.gateway, .targets = {}, .aliases = {}, .order = config.order};
    std::vector<std::string> names;
    for (const ProviderEntry& entry : entries) {
        auto pools = std::make_shared<Pools>(loops_, entry.way);
        auto transport = std::make_shared<llm::OutboundTransport>([pools = std::move(pools)]() -> net::Outbound& { return pools->here(); });
        if (entry.config.kind == "anthropic") {
            setup.targets.push_back(std::make_shared<llm::AnthropicTarget>(entry.name, entry.config, entry.key, std::move(transport)));
        } else {
            setup.targets.push_back(std::make_shared<llm::OpenAiTarget>(entry.name, entry.config, entry.key, std::move(transport)));
        }
        names.push_back(entry.name);
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
