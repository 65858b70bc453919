#include "engine/llm/model_gateway.hpp"

#include "base/async/signal.hpp"
#include "engine/llm/gateway_call.hpp"
#include "engine/llm/gateway_embed.hpp"
#include "engine/llm/gateway_metrics.hpp"
#include "engine/llm/gateway_names.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <exception>
#include <mutex>
#include <optional>
#include <utility>

namespace rondo::llm {
namespace {
std::unexpected<Error> gave_up() { return fail(Code::cancelled, "caller gave up"); }

/// A call that may outlive its caller. Its coroutine holds it; one executor.
struct Running {
    Running(std::unique_ptr<GatewayCall> what, const asio::any_io_executor& executor) : call{std::move(what)}, done{executor} {}

    const std::unique_ptr<GatewayCall> call;
    asio::cancellation_signal stop;
    Signal done;
    std::optional<Result<Completion>> result;
    std::exception_ptr thrown;
    bool finished{false}, abandoned{false};
};

asio::awaitable<void> drive(std::shared_ptr<Running> running) {
    co_await asio::this_coro::throw_if_cancelled(false);
    running->result.emplace(co_await running->call->run());
}
}  // namespace

struct ModelGateway::Core : std::enable_shared_from_this<Core> {
    /// The setup as calls use it; immutable.
    struct Table {
        std::shared_ptr<const CallSettings> settings;
        GatewayNames names;
    };
    struct Abandoned {
        std::weak_ptr<Running> call;
        asio::any_io_executor executor;
    };

    explicit Core(GatewayPorts with) : ports{std::move(with)}, metrics{std::make_shared<GatewayMetrics>(ports.metrics)}, rng{ports.seed} {}

    void apply(GatewaySetup setup);
    [[nodiscard]] std::shared_ptr<const Table> current() const {
        const std::scoped_lock lock{mutex};
        return table;
    }
    /// What a call begins with: the present table, and chance of its own.
    [[nodiscard]] std::pair<std::shared_ptr<const Table>, Rng> begin() {
        const std::scoped_lock lock{mutex};
        return {table, Rng{rng.next()}};
    }
    asio::awaitable<Result<Completion>> outlive(std::unique_ptr<GatewayCall> call, const GatewayConfig& config);
    void finished(Running& running, bool detached);
    [[nodiscard]] bool keep(const std::shared_ptr<Running>& running, const asio::any_io_executor& executor, int limit);

    const GatewayPorts ports;
    const std::shared_ptr<GatewayMetrics> metrics;
    mutable std::mutex mutex;  // guards all below
    Rng rng;
    std::shared_ptr<const Table> table;
    std::map<Running*, Abandoned> abandoned;
};

ModelGateway::ModelGateway(GatewaySetup setup, GatewayPorts ports) : core_{std::make_shared<Core>(std::move(ports))} {
    core_->apply(std::move(setup));
}

ModelGateway::~ModelGateway() = default;

void ModelGateway::apply(GatewaySetup setup) { core_->apply(std::move(setup)); }

void ModelGateway::Core::apply(GatewaySetup setup) {
    const auto former = current();
    std::vector<GatewayRoute> routes;
    for (auto& target : setup.targets) {
        const std::string id{target->id()};
        std::shared_ptr<TargetState> state;
        if (former) {
            const auto& known = former->names.targets();
            const auto same = std::ranges::find_if(known, [&](const GatewayRoute& route) { return route.state->id() == id; });
            if (same != known.end()) state = same->state;
        }
        if (state) {
            state->configure(setup.config);
        } else {
            state = std::make_shared<TargetState>(id, setup.config, ports.metrics, ports.on_breaker, begin().second.next());
        }
        routes.push_back({.target = std::move(target), .state = std::move(state)});
    }
    auto next = std::make_shared<const Table>(std::make_shared<const CallSettings>(setup.config, ports, metrics),
                                              GatewayNames{std::move(routes), setup.aliases, setup.order});
    const std::scoped_lock lock{mutex};
    table = std::move(next);
}

asio::awaitable<Result<Completion>> ModelGateway::complete(ModelRequest request, DeltaSink sink, CallContext ctx) {
    co_await asio::this_coro::throw_if_cancelled(false);
    const auto core = core_;
    auto [table, rng] = core->begin();
    auto found = table->names.find(request.model);
    if (!found) co_return propagate(found);
    request.model = std::move(found->model);
    const GatewayConfig& config = table->settings->config;
    const auto executor = co_await asio::this_coro::executor;
    if (config.on_abort != "cancel") {
        auto call = std::make_unique<GatewayCall>(table->settings, std::move(found->chain), std::move(request), std::move(sink),
                                                  std::move(ctx), executor, rng);
        co_return co_await core->outlive(std::move(call), config);
    }
    GatewayCall call{table->settings, std::move(found->chain), std::move(request), std::move(sink), std::move(ctx), executor, rng};
    auto result = co_await call.run();
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) core->metrics->abandoned("cancel");
    co_return result;
}

asio::awaitable<Result<EmbedAnswer>> ModelGateway::embed(EmbedRequest request, CallContext ctx) {
    co_await asio::this_coro::throw_if_cancelled(false);
    const auto core = core_;
    if (request.texts.empty()) co_return fail(provider_error(ErrorClass::caller_fault, "there is no text to embed; send at least one"));
    auto [table, rng] = core->begin();
    auto found = table->names.find_embedder(request.model);
    if (!found) co_return propagate(found);
    request.model = std::move(found->model);
    EmbedCall call{table->settings, std::move(found->chain), std::move(request), std::move(ctx), rng};
    auto result = co_await call.run();
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) core->metrics->abandoned("cancel");
    co_return result;
}

/// Runs the call in a coroutine of its own, which goes on when the caller's is cancelled.
asio::awaitable<Result<Completion>> ModelGateway::Core::outlive(std::unique_ptr<GatewayCall> call, const GatewayConfig& config) {
    co_await asio::this_coro::throw_if_cancelled(false);
    const auto before = co_await asio::this_coro::cancellation_state;
    if (before.cancelled() != asio::cancellation_type::none) co_return gave_up();
    const auto self = shared_from_this();
    const auto executor = co_await asio::this_coro::executor;
    const auto running = std::make_shared<Running>(std::move(call), executor);
    const bool drain = config.on_abort == "drain";
    asio::co_spawn(executor, drive(running),
                   asio::bind_cancellation_slot(running->stop.slot(), [self, running, drain](std::exception_ptr thrown) {
                       running->thrown = std::move(thrown);
                       self->finished(*running, !drain);
                   }));
    while (!running->finished) {
        const auto waited = co_await running->done.wait();
        if (waited || running->finished) continue;
        const bool kept = keep(running, executor, config.abandoned_limit);
        metrics->abandoned(kept ? std::string_view{config.on_abort} : "cancel");
        co_await running->call->abandon(drain, Clock::now() + config.drain_limit);
        if (kept) co_return gave_up();
        running->stop.emit(asio::cancellation_type::terminal);
        while (!running->finished) (void)co_await running->done.wait();
    }
    if (running->thrown) std::rethrow_exception(running->thrown);
    co_return std::move(*running->result);
}

bool ModelGateway::Core::keep(const std::shared_ptr<Running>& running, const asio::any_io_executor& executor, int limit) {
    const std::scoped_lock lock{mutex};
    if (abandoned.size() >= static_cast<std::size_t>(limit)) return false;
    abandoned.emplace(running.get(), Abandoned{.call = running, .executor = executor});
    running->abandoned = true;
    return true;
}

void ModelGateway::Core::finished(Running& running, bool detached) {
    running.finished = true;
    running.done.notify();
    if (!running.abandoned) return;
    {
        const std::scoped_lock lock{mutex};
        abandoned.erase(&running);
    }
    if (running.thrown) std::rethrow_exception(running.thrown);  // nobody else hears of it
    if (detached && ports.on_detached) ports.on_detached(running.call->request(), *running.result);
}

void ModelGateway::cancel_abandoned() {
    const std::scoped_lock lock{core_->mutex};
    for (const auto& [key, abandoned] : core_->abandoned) {
        asio::post(abandoned.executor, [call = abandoned.call] {
            if (const auto running = call.lock()) running->stop.emit(asio::cancellation_type::terminal);
        });
    }
}

GatewayStatus ModelGateway::status() const {
    GatewayStatus status;
    const auto table = core_->current();
    for (const GatewayRoute& route : table->names.targets()) status.targets.push_back(route.state->status());
    const std::scoped_lock lock{core_->mutex};
    status.abandoned = core_->abandoned.size();
    return status;
}
}  // namespace rondo::llm
