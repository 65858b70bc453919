#pragma once
#include "app/config.hpp"
#include "app/configuration.hpp"
#include "app/key_service.hpp"
#include "app/tls_service.hpp"
#include "app/voice.hpp"
#include "base/async/event_loops.hpp"
#include "base/obs/logger.hpp"
#include "base/obs/registry.hpp"
#include "base/obs/tracer.hpp"
#include "edge/gateway/api.hpp"
#include "edge/gateway/operator_feed.hpp"
#include "engine/ledger/schema.hpp"
#include "engine/ledger/usage_ledger.hpp"
#include "platform/net/http_server.hpp"
#include "platform/store/database.hpp"
#include "platform/store/shared_state.hpp"
#include "talk/turn/best_rated.hpp"
#include "talk/turn/schema.hpp"
#include "talk/turn/turns.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace rondo::app {
/// The server, put together: owns every part, members in construction order, and is the only place that knows them all.
class App {
public:
    struct Options {
        Inputs inputs{};  ///< where the settings came from: reload() reads it again
        obs::Logger log{obs::Logger::null()};
        /// Asked once all is checked that can be checked beside a server that still runs on the data folder: what to begin with, once that
        /// folder is free. May block. Empty: a socket of our own.
        std::function<Result<net::Inheritance>(const Config&)> inherit{};
        bool test_routes{false};  ///< serve --test-routes; never a setting, so that no file or environment can open them
        std::function<void()> on_fatal{};  ///< the disk failed: exit and recover; on a thread of the store
        store::FaultPlan* disk_faults{nullptr};  ///< tests
        llm::Model* embedded{nullptr};  ///< tests: speaks in the rehearsal model's place; not owned
        std::function<void(agent::NodeSet&)> adjust_nodes{};  ///< tests put faulty nodes here
        std::function<std::unique_ptr<store::SharedState>(std::unique_ptr<store::SharedState>)> wrap_shared{};  ///< tests: a faulty one
    };

    /// Opens the data folder, recovers what a crash left and listens. Blocks; not from a loop.
    /// Errors: those of the configuration, the packs, the store and the socket.
    [[nodiscard]] static Result<std::unique_ptr<App>> start(config::Loaded<Config> config, Options options);
    ~App();  ///< stops without draining what still runs; a restart resumes it

    /// Says no at /readyz, then refuses new work and waits for what runs, at most server.drain_timeout_ms in all. Blocks; not from a loop.
    void drain();
    /// The same, but connections go to `agent` instead of being closed, and no new one is refused: who comes waits in the listening socket,
    /// which another process has. `progress` is told what is waited for, each second. Blocks; not from a loop.
    void hand_over(net::TravelAgent agent, const std::function<void(std::string)>& progress);
    /// See net::HttpServer::listener(); none from the moment drain() begins. Thread-safe.
    [[nodiscard]] net::Descriptor listener() const;

    /// Reads settings, packs and workflow again and puts them in force when they are sound. Returns at once; thread-safe.
    void reload() {
        configuration_->reload();
        if (certificate_) certificate_->reload();
    }
    /// For who wants to hear of new configurations; see config::Live.
    [[nodiscard]] LiveGeneration& configuration() { return configuration_->live(); }

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] const net::RouteTable& routes() const { return server_->routes(); }
    [[nodiscard]] store::Database& database() { return *database_; }
    [[nodiscard]] std::size_t resumed_turns() const { return resumed_; }
    /// Connections taken up from another process.
    [[nodiscard]] std::size_t inherited() const { return inherited_; }

private:
    explicit App(Options options);
    Status open(config::Loaded<Config> settings);
    void finish_work(TimePoint deadline, const std::function<void(std::string)>& progress);
    asio::awaitable<void> finish_on_loop(TimePoint deadline);
    void measure();
    /// Puts prices, limits and providers of a new generation in force. One call at a time.
    void follow(const Generation& generation);
    void tell(const ledger::Alert& alert);
    void tell(const llm::BreakerEvent& event);
    /// Asked before a turn is accepted: what costs nothing is never refused.
    asio::awaitable<Status> can_pay(ledger::Spender spender);
    [[nodiscard]] gateway::ConfigBackend config_backend();
    [[nodiscard]] gateway::OperationsBackend operations_backend();
    /// Errors: those of KeyService::open, make_verifier and check_exposure.
    [[nodiscard]] Result<gateway::Gate::Parts> gate(const Config& config);
    [[nodiscard]] Status taking_work(bool no_more) const;

    Options options_;
    obs::Logger log_;
    obs::Registry registry_;
    obs::Tracer tracer_;
    turn::TurnProjection turn_projection_;
    ledger::UsageProjection usage_projection_;
    std::unique_ptr<store::Database> database_;
    std::unique_ptr<store::SharedState> shared_;
    std::unique_ptr<Configuration> configuration_;
    std::unique_ptr<KeyService> keys_;
    std::unique_ptr<scenario::RehearsalModel> rehearsal_;
    turn::Metrics metrics_;
    std::unique_ptr<EventLoops> loops_;
    std::unique_ptr<gateway::OperatorFeed> feed_;
    std::unique_ptr<ledger::UsageLedger> ledger_;
    std::unique_ptr<LedgerMeter> meter_;
    std::unique_ptr<turn::BestRated> best_rated_;
    std::unique_ptr<Providers> providers_;
    std::unique_ptr<Voice> voice_;
    std::unique_ptr<agent::NodeSet> nodes_;
    std::shared_ptr<const std::vector<ProviderEntry>> providers_in_force_;
    LiveGeneration::Subscription follow_generations_;
    std::unique_ptr<turn::Turns> turns_;
    std::unique_ptr<gateway::Api> api_;
    std::unique_ptr<net::HttpServer> server_;
    std::unique_ptr<TlsService> certificate_;  // null without TLS
    std::atomic<bool> draining_{false};  // others should be asked
    std::atomic<bool> refusing_{false};  // and no new work is begun here
    std::uint16_t port_{0};
    std::size_t resumed_{0}, inherited_{0};
};
}  // namespace rondo::app
