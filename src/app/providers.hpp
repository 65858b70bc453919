#pragma once
#include "app/provider_list.hpp"
#include "base/async/event_loops.hpp"
#include "base/obs/registry.hpp"
#include "engine/llm/config.hpp"
#include "engine/llm/model_gateway.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace rondo::app {
/// The providers of the configuration, ready to be asked: a connection pool for each target and event loop, the targets, and
/// the gateway over them. Made before the loops start; goes after they have stopped and before they are destroyed.
class Providers {
public:
    struct Parts {
        EventLoops& loops;
        obs::Registry& registry;
        llm::Meter* meter{nullptr};            ///< null: nothing is accounted
        llm::FallbackSource* fallback{nullptr};
        std::function<void(const llm::BreakerEvent&)> on_breaker{};
        std::uint64_t seed{0};
    };
    explicit Providers(Parts parts);
    ~Providers();

    /// Puts these targets in force for calls that begin from now on. `entries` are those of `config`. Not on a loop.
    void configure(const llm::Config& config, const std::vector<ProviderEntry>& entries);

    /// Null while there is no target.
    [[nodiscard]] llm::Model* model();
    /// Errors: those of llm::ModelGateway::embed; without any target `not_found`, which says what to configure.
    asio::awaitable<Result<llm::EmbedAnswer>> embed(llm::EmbedRequest request, CallContext ctx) {
        return gateway_.embed(std::move(request), std::move(ctx));
    }
    /// The first choice of requests that name no model; null while there is no target.
    [[nodiscard]] std::shared_ptr<const llm::Target> usual() const;
    /// What a request may ask for: targets and aliases. Thread-safe.
    [[nodiscard]] std::vector<std::string> names() const;
    [[nodiscard]] llm::GatewayStatus status() const { return gateway_.status(); }
    /// Ends calls that go on without their callers. Before the loops stop.
    void stop() { gateway_.cancel_abandoned(); }

private:
    class Pools;
    EventLoops& loops_;
    llm::ModelGateway gateway_;
    mutable std::mutex mutex_;
    std::vector<std::string> names_;
    std::shared_ptr<const llm::Target> usual_;  // guarded by mutex_, as names_
};
}  // namespace rondo::app
