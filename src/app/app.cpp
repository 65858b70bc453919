#include "app/app.hpp"

#include "app/config_json.hpp"
#include "app/version.hpp"
#include "base/async/within.hpp"
#include "base/json.hpp"
#include "base/rng.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/json.hpp>

#include <algorithm>
#include <thread>
#include <utility>

namespace rondo::app {
namespace {
std::size_t loop_count(const Config& config) {
    const int asked = config.server.threads;
    return asked > 0 ? static_cast<std::size_t>(asked) : std::max(1U, std::thread::hardware_concurrency());
}

/// The ledger's housekeeping, until its loop stops.
asio::awaitable<void> tend_ledger(ledger::UsageLedger& ledger) {
    while (co_await pause(std::chrono::seconds{1})) co_await ledger.tend();
}

/// Runs a coroutine on the first loop and waits for it.
template <class T>
Result<T> wait_for(EventLoops& loops, asio::awaitable<Result<T>> work) {
    auto boxed = [](asio::awaitable<Result<T>> inner) -> asio::awaitable<std::optional<Result<T>>> { co_return co_await std::move(inner); };
    return *asio::co_spawn(loops.at(0), boxed(std::move(work)), asio::use_future).get();
}
}  // namespace

App::App(Options options) : options_{std::move(options)}, log_{options_.log}, metrics_{registry_} {}

Result<std::unique_ptr<App>> App::start(config::Loaded<Config> config, Options options) {
    std::unique_ptr<App> app{new App{std::move(options)}};
    if (const auto opened = app->open(std::move(config)); !opened) return propagate(opened);
    return app;
}

Status App::open(config::Loaded<Config> settings) {
    for (const auto& warning : settings.warnings) log_.warn("config_warning", {{"message", warning}});
    auto configuration = Configuration::open(std::move(settings), options_.inputs, log_, registry_);
    if (!configuration) return propagate(configuration);
    configuration_ = std::move(*configuration);
    const auto first = configuration_->current();
    const Config& config = first->value.config();

    auto gate_parts = gate(config);
    if (!gate_parts) return propagate(gate_parts);
    net::Inheritance inheritance;
    if (options_.inherit) {
        if (config.server.tls.on()) {
            const auto sound = net::TlsIdentity::load(config.server.tls.certificate, config.server.tls.key);
            if (!sound) return propagate(sound);
        }
        auto left = options_.inherit(config);
        if (!left) return propagate(left);
        inheritance = std::move(*left);
        inherited_ = inheritance.connections.size();
    }

    auto migrations = turn::migrations();
    migrations.push_back(ledger::migration(static_cast<int>(migrations.size()) + 1));
    migrations.push_back(turn::advice_places(static_cast<int>(migrations.size()) + 1));
    auto database =
        store::Database::open({.file = config.data / "rondo.db",
                               .config = config.store,
                               .migrations = std::move(migrations),
                               .projections = {&turn_projection_, &usage_projection_},
                               .on_fatal =
                                   [this](const Error& error) {
                                       log_.error("store_failed", {{"message", error.message}});
                                       if (options_.on_fatal) options_.on_fatal();
                                   },
                               .on_warning = [this](const Error& error) { log_.warn("store_warning", {{"message", error.message}}); },
                               .faults = options_.disk_faults});
    if (!database) return propagate(database);
    database_ = std::move(*database);
    turn::Recovery recovery;
    Status read;
    const auto replayed = database_->replay([&](const store::JournalRow& row) {
        if (read) read = recovery.add(row);
    });
    if (!replayed) return replayed;
    if (!read) return read;
    auto unfinished = recovery.take();
    for (const auto& [session, turn] : unfinished) database_->hold(session, 0);
    database_->start();

    shared_ = store::make_local_state();
    if (options_.wrap_shared) shared_ = options_.wrap_shared(std::move(shared_));
    const auto current = [this] { return configuration_->catalog(); };
    rehearsal_ = std::make_unique<scenario::RehearsalModel>(
        config.rehearsal, [this](std::string_view id, std::uint64_t version) { return configuration_->pack(id, version); });

    auto& lag = registry_.histogram("rondo_event_loop_lag_seconds", "How late the event loops' own timers fire.", obs::fine_seconds());
    loops_ = std::make_unique<EventLoops>(
        loop_count(config), [&lag](double seconds) { lag.observe(seconds); },
        [log = log_](const char* what) mutable { log.error("handler_threw", {{"what", what}}); }, config.server.busy_poll);
    feed_ = std::make_unique<gateway::OperatorFeed>(loops_->at(0).get_executor(), database_->generation());
    auto money = ledger::settings_of(config.ledger);
    if (!money) return propagate(money);
    ledger_ =
        std::make_unique<ledger::UsageLedger>(ledger::UsageLedger::Options{.database = *database_,
                                                                           .executor = loops_->at(0).get_executor(),
                                                                           .on_alert = [this](const ledger::Alert& alert) { tell(alert); }},
                                              std::move(*money));
    meter_ = std::make_unique<LedgerMeter>(*ledger_, registry_);
    best_rated_ = std::make_unique<turn::BestRated>(*database_);
    providers_ = std::make_unique<Providers>(Providers::Parts{.loops = *loops_,
                                                              .registry = registry_,
                                                              .meter = meter_.get(),
                                                              .fallback = best_rated_.get(),
                                                              .on_breaker = [this](const llm::BreakerEvent& event) { tell(event); },
                                                              .seed = Rng::from_entropy().next()});
    follow(first->value);
    voice_ = std::make_unique<Voice>(*providers_, options_.embedded ? *options_.embedded : *rehearsal_, *meter_);
    nodes_ = std::make_unique<agent::NodeSet>(*voice_);
    if (options_.adjust_nodes) options_.adjust_nodes(*nodes_);
    turns_ = std::make_unique<turn::Turns>(
        *loops_, turn::Services{.database = *database_,
                                .shared = *shared_,
                                .nodes = *nodes_,
                                .cost = [this](std::string_view model, const ledger::Usage& usage) { return ledger_->cost(model, usage); },
                                .can_pay = [this](const ledger::Spender& spender) { return can_pay(spender); },
                                .catalog = current,
                                .metrics = metrics_,
                                .log = log_,
                                .tracer = tracer_});
    api_ = std::make_unique<gateway::Api>(gateway::Backend{
        .turns = *turns_,
        .registry = registry_,
        .catalog = current,
        .config = config_backend(),
        .operations = operations_backend(),
        .ready = [this] { return taking_work(draining_); },
        .accepting = [this] { return taking_work(refusing_); },
        .speaker =
            [this] {
                using Speaker = gateway::Backend::Speaker;
                const auto target = providers_->usual();
                if (!target) return Speaker{std::string{rehearsal_->name()}, true};
                return Speaker{std::string{target->id()}, false};
            },
        .model = [this] { return providers_->model(); },
        .embed = [this](llm::EmbedRequest request, CallContext ctx) { return providers_->embed(std::move(request), std::move(ctx)); },
        .models = [this] { return providers_->names(); },
        .web_sockets = [this] { return configuration_->current()->value.config().ws; },
        .shared = *shared_,
        .version = kVersion,
        .revision = kRevision,
        .gate = std::move(*gate_parts),
        .test_routes = options_.test_routes});
    if (options_.test_routes) {
        log_.warn("test_routes_open", {{"message", "--test-routes: /test/... answers everybody without a key; never in production"}});
    }
    server_ = std::make_unique<net::HttpServer>(config.server, api_->routes(), loops_->all(), [log = log_](std::string_view what) mutable {
        log.error("handler_failed", {{"what", what}});
    });
    loops_->start();
    if (const auto opened = wait_for(*loops_, ledger_->open()); !opened) return opened;
    asio::co_spawn(loops_->at(0), tend_ledger(*ledger_), asio::detached);
    const auto resumed = wait_for(*loops_, turns_->recover(std::move(unfinished)));
    if (!resumed) return propagate(resumed);
    resumed_ = *resumed;
    measure();
    auto certificate = TlsService::open(
        config.server.tls, log_, [this](std::shared_ptr<const net::TlsIdentity> identity) { server_->use_identity(std::move(identity)); });
    if (!certificate) return propagate(certificate);
    certificate_ = std::move(*certificate);
    const auto port = server_->listen(std::move(inheritance));
    if (!port) return propagate(port);
    port_ = *port;
    follow_generations_ = configuration_->live().subscribe([this](const LiveGeneration::Pin& pin) {
        follow(pin->value);
        api_->tell_generation(pin->generation);
    });
    configuration_->start();
    keys_->start();
    if (certificate_) certificate_->start();
    log_.info("listening", {{"host", config.server.host},
                            {"port", std::int64_t{port_}},
                            {"version", kVersion},
                            {"resumed_turns", static_cast<std::int64_t>(resumed_)}});
    return {};
}

void App::follow(const Generation& generation) {
    if (auto money = ledger::settings_of(generation.config().ledger)) ledger_->configure(std::move(*money));
    if (std::exchange(providers_in_force_, generation.providers) == generation.providers) return;  // connections stay open
    providers_->configure(generation.config().llm, *generation.providers);
}

asio::awaitable<Status> App::can_pay(ledger::Spender spender) {
    const auto target = providers_->usual();
    if (!target) co_return Status{};
    co_return co_await meter_->can_pay(std::move(spender), *target);
}

void App::tell(const ledger::Alert& alert) {
    log_.warn("spending_alert",
              {{"kind", ledger::name(alert.kind)}, {"subject", ledger::text(alert.subject)}, {"message", message(alert)}});
    registry_
        .counter("rondo_spending_alerts_total", "Told about money: budgets, dear calls, cache misses, spikes.",
                 {{"kind", std::string{ledger::name(alert.kind)}}})
        .add();
    feed_->tell(alert);
}

void App::tell(const llm::BreakerEvent& event) {
    log_.warn("breaker_moved", {{"target", event.target}, {"from", name(event.from)}, {"to", name(event.to)}});
    feed_->tell(event);
}

/// What is asked for at scrape time.
void App::measure() {
    registry_
        .gauge("rondo_build_info", "Always 1; the labels tell the build.",
               {{"version", kVersion}, {"revision", kRevision}, {"compiler", kCompiler}, {"build", kBuild}})
        .set(1);
    using Store = store::Database::Stats;
    const auto total = [this](const char* name, const char* help, std::int64_t Store::* field, double unit = 1) {
        registry_.sample_total(name, help, [this, field, unit] { return static_cast<double>(database_->stats().*field) * unit; });
    };
    const auto gauge = [this](const char* name, const char* help, std::int64_t Store::* field, double unit = 1) {
        registry_.sample(name, help, [this, field, unit] { return static_cast<double>(database_->stats().*field) * unit; });
    };
    total("rondo_store_commit_groups_total", "Commits, each of many batches.", &Store::groups);
    total("rondo_store_batches_total", "Batches committed.", &Store::batches);
    total("rondo_store_commit_seconds_total", "Time spent in commits, syncs included.", &Store::commit_us, 1e-6);
    total("rondo_store_fdatasyncs_total", "Syncs of any file.", &Store::fdatasyncs);
    gauge("rondo_store_fdatasync_p50_seconds", "Median of the last 512 syncs.", &Store::fdatasync_p50_us, 1e-6);
    total("rondo_store_refused_batches_total", "Batches a fence or a guard stopped.", &Store::refused);
    total("rondo_store_failed_groups_total", "Commits the disk refused.", &Store::failed_groups);
    total("rondo_store_written_bytes_total", "Bytes handed to the disk.", &Store::bytes_written);
    gauge("rondo_store_wal_bytes", "Size of the write-ahead log.", &Store::wal_bytes);
    gauge("rondo_store_queue_batches", "Batches waiting for the writer.", &Store::queue_depth);
    registry_.sample("rondo_store_projection_lag_rows", "Journal rows the tables do not show yet.", [this] {
        const auto s = database_->stats();
        return static_cast<double>(s.last_seq - s.projected_seq);
    });
    registry_.sample("rondo_http_open_connections", "Connections now.", [this] { return static_cast<double>(server_->stats().open); });
    registry_.sample_total("rondo_http_requests_total", "Requests understood.",
                           [this] { return static_cast<double>(server_->stats().requests); });
    registry_.sample_total("rondo_http_refused_connections_total", "Connections beyond the limits of their number.",
                           [this] { return static_cast<double>(server_->stats().refused); });
    registry_.sample_total("rondo_http_timeouts_total", "Connections that a time limit ended.",
                           [this] { return static_cast<double>(server_->stats().timeouts); });
    registry_.sample_total("rondo_http_bad_handshakes_total", "Connections that came to no TLS session.",
                           [this] { return static_cast<double>(server_->stats().bad_handshakes); });
    if (configuration_->current()->value.config().server.tls.on()) {
        registry_.sample("rondo_tls_certificate_expires_seconds", "When the server's certificate ends, since 1970.",
                         [this] { return certificate_ ? static_cast<double>(certificate_->expires().time_since_epoch().count()) : 0; });
    }
    registry_.sample_total("rondo_http_rejected_total", "Requests answered below the routes.",
                           [this] { return static_cast<double>(server_->stats().rejected); });
    using Admission = net::Admission::Stats;
    const auto refused = [this](const char* priority, std::uint64_t Admission::* field) {
        registry_.sample_total("rondo_admission_refused_total", "Requests answered with 503 because what was under way was late.",
                               [this, field] { return static_cast<double>(server_->stats().admission.*field); }, {{"priority", priority}});
    };
    refused("fresh", &Admission::refused_fresh);
    refused("ongoing", &Admission::refused_ongoing);
    registry_.sample("rondo_admission_in_flight", "Requests of new work under way.",
                     [this] { return static_cast<double>(server_->stats().admission.in_flight); });
    registry_.sample("rondo_admission_limit", "How many may be under way; 0: any number.",
                     [this] { return static_cast<double>(server_->stats().admission.limit); });
    registry_.sample("rondo_admission_standing_delay_seconds", "Least delay of the busiest event loop in the last interval of work.",
                     [this] { return std::chrono::duration<double>(server_->stats().admission.standing_delay).count(); });
    registry_.sample_total("rondo_log_lines_dropped_total", "Log lines lost to a full queue.",
                           [this] { return static_cast<double>(log_.dropped()); });
}

gateway::ConfigBackend App::config_backend() {
    Configuration& configuration = *configuration_;
    return {.settings = [&configuration] { return json::write(settings_json(configuration.current(), configuration.failure())); },
            .settings_schema = settings_schema,
            .workflow = [&configuration] { return json::write(workflow_json(configuration.current(), configuration.failure())); },
            .workflow_schema = workflow_schema,
            .replace_workflow = [&configuration](std::string body, bool persist) -> asio::awaitable<Result<std::string>> {
                const auto pin = co_await configuration.replace_workflow(std::move(body), persist);
                if (!pin) co_return propagate(pin);
                co_return json::write(replaced_json(*pin, persist));
            }};
}

gateway::OperationsBackend App::operations_backend() {
    return {.database = *database_,
            .ledger = *ledger_,
            .feed = *feed_,
            .providers = [this] { return configuration_->current()->value.config().llm; },
            .targets = [this] { return providers_->status(); }};
}

Result<gateway::Gate::Parts> App::gate(const Config& config) {
    auto keys = KeyService::open(KeyFolder{config.data}, log_);
    if (!keys) return propagate(keys);
    keys_ = std::move(*keys);
    const auto verifier = make_verifier(config.auth);
    if (!verifier) return propagate(verifier);
    const auto safe = check_exposure(config.server.host, *keys_->keys(), *verifier != nullptr);
    if (!safe) return propagate(safe);
    return gateway::Gate::Parts{
        .authenticator = gateway::Authenticator{{.keys = [&service = *keys_] { return service.keys(); },
                                                 .tokens = *verifier,
                                                 .limits = {config.auth.requests_per_minute, config.auth.tokens_per_minute},
                                                 .open_without_keys = loopback(config.server.host),
                                                 .used = &keys_->used()}},
        .origins = net::OriginPolicy{{config.server.allowed_origins, config.server.allowed_hosts}},
        .audit = [log = log_](const gateway::AuditEvent& event) mutable {
            log.info("audit", {{"key", event.who.key},
                               {"tenant", event.who.scope.tenant.value},
                               {"user", event.who.scope.user.value},
                               {"action", event.route},
                               {"path", event.path},
                               {"trace_id", event.trace_id}});
        }};
}

Status App::taking_work(bool no_more) const {
    if (no_more) return fail(Code::unavailable, "the server is shutting down; try another or try again shortly");
    if (database_->failed()) return fail(Code::unavailable, "the store has failed; the server is about to restart");
    return {};
}

App::~App() {
    if (server_) server_->stop_accepting();
    // What was settled is written while there is a store to write it to.
    if (api_ && ledger_) {
        if (const auto closed = wait_for(*loops_, ledger_->close()); !closed) {
            log_.warn("ledger_not_closed", {{"message", closed.error().message}});
        }
    }
    // Then the store: its last acknowledgements are posted to loops that must still be there.
    if (database_) database_->stop();
    if (configuration_) configuration_->stop();
    if (keys_) keys_->stop();
    if (certificate_) certificate_->stop();
    if (providers_) providers_->stop();
    if (loops_) loops_->stop();  // what still waited there is gone now; what it referred to may follow
    server_.reset();
    turns_.reset();
    nodes_.reset();
    voice_.reset();
    providers_.reset();
    feed_.reset();
    meter_.reset();
    ledger_.reset();
    loops_.reset();
}
}  // namespace rondo::app
