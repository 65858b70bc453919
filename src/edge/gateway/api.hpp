#pragma once
#include "base/obs/registry.hpp"
#include "edge/gateway/gate.hpp"
#include "edge/gateway/operator_feed.hpp"
#include "edge/gateway/wire/config.hpp"
#include "edge/gateway/wire/hub.hpp"
#include "engine/ledger/usage_ledger.hpp"
#include "engine/llm/config.hpp"
#include "engine/llm/embedding.hpp"
#include "engine/llm/gateway_status.hpp"
#include "engine/llm/model.hpp"
#include "platform/net/exchange.hpp"
#include "platform/net/route_table.hpp"
#include "platform/store/shared_state.hpp"
#include "talk/turn/turns.hpp"

#include <boost/asio/awaitable.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace rondo::gateway {
/// The configuration as the API shows and changes it; bodies are JSON texts.
struct ConfigBackend {
    std::function<std::string()> settings;         ///< every setting with its source
    std::function<std::string()> settings_schema;  ///< JSON Schema of the configuration file
    std::function<std::string()> workflow;
    std::function<std::string()> workflow_schema;
    /// Checks a workflow and puts it in force; durable first when `persist`. Returns what there is to say of it.
    /// Errors: `invalid_argument` with every fault, those of writing the file.
    std::function<asio::awaitable<Result<std::string>>(std::string json, bool persist)> replace_workflow;
};

/// What the people who run the server look at: money, alerts, providers.
struct OperationsBackend {
    store::Database& database;
    ledger::UsageLedger& ledger;
    OperatorFeed& feed;
    std::function<llm::Config()> providers;         ///< as configured; there is no key in it
    std::function<llm::GatewayStatus()> targets;
};

/// What the API needs from the rest. Owned by the app; outlives the server. Functions are called from any loop.
struct Backend {
    turn::Turns& turns;
    obs::Registry& registry;
    std::function<std::shared_ptr<const turn::Catalog>()> catalog;
    ConfigBackend config;
    OperationsBackend operations;
    std::function<Status()> ready;                    ///< an error says why others should be asked: what load balancers see
    std::function<Status()> accepting;                ///< an error says why no new work is taken
    /// Who speaks for the personas, as people are told: a provider's name, or the embedded model, which is never passed off as one.
    struct Speaker {
        std::string name;
        bool embedded{true};
    };
    std::function<Speaker()> speaker;
    std::function<llm::Model*()> model;               ///< what /v1 passes requests on to; null: no provider is configured
    std::function<asio::awaitable<Result<llm::EmbedAnswer>>(llm::EmbedRequest, CallContext)> embed;  ///< for /v1/embeddings
    std::function<std::vector<std::string>()> models; ///< the names a request may ask for, besides rondo/SCENARIO
    std::function<wire::Config()> web_sockets;        ///< as configured today
    store::SharedState& shared;                       ///< remembers where transcripts of /v1 belong
    std::string version;
    std::string revision;
    Gate::Parts gate;                                 ///< who is let in
    bool test_routes{false};                          ///< see test_routes.hpp
};

struct Handlers;

/// The HTTP surface: every route, its handler, its summary and what it needs.
class Api {
public:
    explicit Api(Backend backend);
    /// The routes refer to this object.
    [[nodiscard]] net::RouteTable routes();
    /// Another configuration is in force: tells those who are connected. Thread-safe.
    void tell_generation(std::uint64_t generation) { hub_.tell_generation(generation); }

private:
    friend struct Handlers;
    using Handler = asio::awaitable<void> (Handlers::*)(net::Exchange&) const;
    /// A route's way in.
    struct Entry {
        Access access;
        std::string name;
        Handler handler;
        net::RefusalWriter refusal{};  ///< empty: a problem with the trace's id
        net::Priority priority{net::Priority::fresh};
    };
    /// Lets the caller in, or says why not, and has the handler answer.
    asio::awaitable<void> serve(net::Exchange& exchange, const Entry& entry);
    [[nodiscard]] net::Response refused(const net::Request& request, const Entry& entry, const Error& error);
    /// Who calls, until when, in which trace.
    [[nodiscard]] CallContext context(const net::Request& request, const Caller& caller);
    /// The same for a command on a connection; `trace`: 16 bytes of the client's, else it begins one.
    [[nodiscard]] CallContext context(const Caller& caller, std::string_view trace);
    [[nodiscard]] CallContext context(const Caller& caller, const std::optional<TraceContext>& parent);

    Backend backend_;
    Gate gate_;
    wire::Hub hub_;
    std::uint64_t trace_seed_;
    std::atomic<std::uint64_t> traces_{0};
};
}  // namespace rondo::gateway
