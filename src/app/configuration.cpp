#include "app/configuration.hpp"

#include "base/async/run_on.hpp"
#include "base/config/reload.hpp"
#include "platform/files/replace_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace rondo::app {
namespace {
constexpr const char* kReloads = "rondo_config_reload_total";
constexpr const char* kReloadsHelp = "Configurations read while running, by what came of it.";

/// The settings of `next` that are as they were keep the time they became so.
std::vector<Generation::Since> since(const config::Loaded<Config>& next, const Generation* former, std::uint64_t number) {
    const Generation::Since now{number, Clock::wall()};
    std::vector<Generation::Since> all(next.settings.size(), now);
    if (!former) return all;
    const auto& before = former->settings.settings;
    std::map<std::string_view, std::size_t> places;  // entries of maps come and go
    for (std::size_t i = 0; i < before.size(); ++i) places.emplace(before[i].key, i);
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto& is = next.settings[i];
        const auto was = places.find(is.key);
        if (was == places.end() || is.value != before[was->second].value || is.source != before[was->second].source) continue;
        all[i] = former->since[was->second];
    }
    return all;
}

Packs packs_of(const turn::Catalog& catalog) {
    Packs packs;
    for (const auto& [id, scenario] : catalog.scenarios()) packs.push_back(scenario->pack);
    return packs;
}

/// Puts another workflow over the packs that are in force.
Result<Generation> with_workflow(const LiveGeneration::Pin& running, std::optional<OverridingWorkflow> workflow, obs::Logger log) {
    Generation next = running->value;
    next.workflow = std::move(workflow);
    auto catalog = make_catalog(next.config(), packs_of(*next.catalog), next.workflow, static_cast<std::int64_t>(running->generation + 1),
                                next.catalog.get(), log);
    if (!catalog) return propagate(catalog);
    next.catalog = std::move(*catalog);
    return next;
}

Result<std::shared_ptr<const std::vector<ProviderEntry>>> providers_of(const Config& config, const Inputs& inputs) {
    auto entries = read_providers(config.llm, inputs.environment);
    if (!entries) return propagate(entries);
    return std::make_shared<const std::vector<ProviderEntry>>(std::move(*entries));
}
}  // namespace

Configuration::Configuration(Inputs inputs, obs::Logger log, obs::Registry& registry)
    : inputs_{std::move(inputs)},
      log_{log},
      registry_{registry},
      background_{[log](const char* what) mutable { log.error("config_thread_threw", {{"what", what}}); }} {}

Result<std::unique_ptr<Configuration>> Configuration::open(config::Loaded<Config> settings, Inputs inputs, obs::Logger log,
                                                           obs::Registry& registry) {
    std::unique_ptr<Configuration> made{new Configuration{std::move(inputs), log, registry}};
    const Config& config = settings.value;
    const auto packs = load_packs(config);
    if (!packs) return propagate(packs);
    auto text = read_override(config.workflow);
    if (!text) return propagate(text);
    std::optional<OverridingWorkflow> workflow;
    if (*text) {
        auto parsed = parse_override(config.workflow, **text);
        if (!parsed) return propagate(parsed);
        workflow = std::move(*parsed);
    }
    auto providers = providers_of(config, made->inputs_);
    if (!providers) return propagate(providers);
    auto catalog = make_catalog(config, *packs, workflow, 1, nullptr, log);
    if (!catalog) return propagate(catalog);
    made->seen_ = std::move(*text);
    made->remember_packs(**catalog);
    auto times = since(settings, nullptr, 1);
    Generation first{std::move(settings), std::move(times), std::move(workflow), std::move(*catalog), std::move(*providers)};
    made->live_ = std::make_unique<LiveGeneration>(std::move(first), std::string{name(Trigger::start)});
    made->log_level_ = made->live_->subscribe([log, level = made->current()->value.config().log.level](const auto& pin) mutable {
        const auto& next = pin->value.config().log.level;
        if (next != std::exchange(level, next)) log.set_level(obs::parse_level(next));
    });
    for (const char* result : {"ok", "failed", "unchanged", "refused"}) registry.counter(kReloads, kReloadsHelp, {{"result", result}});
    registry.sample("rondo_config_generation", "Number of the configuration in force.",
                    [self = made.get()] { return static_cast<double>(self->current()->generation); });
    registry.sample("rondo_config_last_error", "1 while what was read last has faults and is not in force.",
                    [self = made.get()] { return self->failure() ? 1.0 : 0.0; });
    return made;
}

void Configuration::start() {
    asio::post(background_.executor(), [this] {
        watch_ = std::make_unique<files::FileWatch>(background_.executor(), files::FileWatch::Config{}, [this] { read_workflow(); });
        follow_workflow();
    });
    if (inputs_.shared) inputs_.shared->on_change([this] { ask(Trigger::store); });
}

void Configuration::stop() {
    if (stopped_.exchange(true)) return;
    if (inputs_.shared) inputs_.shared->on_change({});
    asio::post(background_.executor(), [this] { watch_.reset(); });
    background_.finish();
}

void Configuration::reload() { ask(Trigger::signal); }

void Configuration::ask(Trigger trigger) {
    auto& asked = trigger == Trigger::signal ? signal_asked_ : store_asked_;
    if (asked.exchange(true)) return;  // one that waits will read what there is to read now
    asio::post(background_.executor(), [this, trigger, &asked] {
        asked = false;
        read_all(trigger);
    });
}

void Configuration::read_all(Trigger trigger) {
    auto text = seen_;
    auto next = next_of_all(trigger, text);
    seen_ = std::move(text);
    if (!next) return refuse(next.error(), trigger);
    publish(std::move(*next), trigger, trigger);
}

Result<Generation> Configuration::next_of_all(Trigger trigger, std::optional<std::string>& text) const {
    const auto running = current();
    auto loaded = load_config(inputs_);
    if (!loaded) return propagate(loaded);
    auto settings = config::carry_over(running->value.settings, std::move(*loaded));
    if (!settings) return propagate(settings);
    const Config& config = settings->value;
    const auto packs = load_packs(config, packs_of(*running->value.catalog));
    if (!packs) return propagate(packs);
    auto file = read_override(config.workflow);
    if (!file) return propagate(file);
    // Settings that changed in the store say nothing about a workflow that came through the API.
    auto workflow = running->value.workflow;
    const bool another = config.workflow != running->value.config().workflow;
    if (trigger == Trigger::signal || another || (running->value.auto_reload() && *file != text)) {
        text = *file;
        workflow.reset();
        if (text) {
            auto parsed = parse_override(config.workflow, *text);
            if (!parsed) return propagate(parsed);
            workflow = std::move(*parsed);
        }
    }
    auto providers = providers_of(config, inputs_);
    if (!providers) return propagate(providers);
    const std::uint64_t number = running->generation + 1;
    auto catalog = make_catalog(config, *packs, workflow, static_cast<std::int64_t>(number), running->value.catalog.get(), log_);
    if (!catalog) return propagate(catalog);
    auto times = since(*settings, &running->value, number);
    return Generation{std::move(*settings), std::move(times), std::move(workflow), std::move(*catalog), std::move(*providers)};
}

void Configuration::follow_workflow() {
    const auto file = current()->value.config().workflow;
    if (!watch_ || watched_ == file) return;
    watched_ = file;
    watch_->watch(file);
    read_workflow();  // what changed between its last reading and the watch
}

void Configuration::read_workflow() {
    const auto running = current();
    if (!running->value.auto_reload()) return;
    const auto& file = running->value.config().workflow;
    auto text = read_override(file);
    if (!text) return refuse(text.error(), Trigger::file);
    if (*text == seen_) return count("unchanged");
    seen_ = *text;
    std::optional<OverridingWorkflow> workflow;
    if (*text) {
        auto parsed = parse_override(file, **text);
        if (!parsed) return refuse(parsed.error(), Trigger::file);
        workflow = std::move(*parsed);
    }
    auto next = with_workflow(running, std::move(workflow), log_);
    if (!next) return refuse(next.error(), Trigger::file);
    publish(std::move(*next), Trigger::file, Trigger::file);
}

asio::awaitable<Result<LiveGeneration::Pin>> Configuration::replace_workflow(std::string json, bool persist) {
    // The hold goes with the work: one that was posted to a thread that has ended would never be answered.
    const auto work = [](Configuration& self, std::string text, bool keep,
                         Background::Hold) -> asio::awaitable<Result<LiveGeneration::Pin>> { co_return self.put(std::move(text), keep); };
    auto hold = background_.hold();
    if (!hold) co_return fail(Code::unavailable, "the server is shutting down; send it to the next one");
    co_return co_await run_on(background_.executor(), work(*this, std::move(json), persist, std::move(hold)));
}

Result<LiveGeneration::Pin> Configuration::put(std::string json, bool persist) {
    const auto refused = [this](const auto& result) {
        count("refused");
        return propagate(result);
    };
    const auto running = current();
    const auto& file = running->value.config().workflow;
    auto workflow = flow::parse_workflow(json, scenario::kNodes);
    if (!workflow) return refused(workflow);
    auto next =
        with_workflow(running, OverridingWorkflow{std::move(*workflow), persist ? file.filename().string() : "api", Clock::wall()}, log_);
    if (!next) return refused(next);
    if (persist) {
        if (file.empty()) {
            return refused(Status{
                fail(Code::failed_precondition, "the setting `workflow` names no file to keep it in; set one or leave out persist")});
        }
        const auto kept = files::replace_file(file, json);
        if (!kept) return refused(kept);
        seen_ = std::move(json);
    }
    // A bad file that is now replaced is no failure any more; one that still lies there is.
    return publish(std::move(*next), Trigger::api, persist ? Trigger::file : Trigger::api);
}

LiveGeneration::Pin Configuration::publish(Generation next, Trigger trigger, Trigger settles) {
    remember_packs(*next.catalog);
    {
        const std::scoped_lock lock{mutex_};
        // Reading one file well says nothing about the others.
        if (settles == Trigger::signal || (failure_ && failure_->trigger == settles)) failure_.reset();
    }
    const auto pin = live_->publish(std::move(next), std::string{name(trigger)});
    count("ok");
    follow_workflow();
    const auto waiting = config::waiting_for_restart(pin->value.settings.settings);
    log_.info(
        "config_reloaded",
        {{"generation", pin->generation}, {"trigger", name(trigger)}, {"restart_needed", fmt::format("{}", fmt::join(waiting, ","))}});
    return pin;
}

void Configuration::refuse(const Error& error, Trigger trigger) {
    std::string faults;
    for (const auto& fault : error.faults) faults += fmt::format("{}{}: {}", faults.empty() ? "" : "; ", fault.path, fault.message);
    {
        const std::scoped_lock lock{mutex_};
        failure_ = ReloadFailure{trigger, error, Clock::wall()};
    }
    count("failed");
    log_.error("config_reload_failed",
               {{"trigger", name(trigger)}, {"message", error.message}, {"faults", faults}, {"generation_kept", current()->generation}});
}

void Configuration::count(const char* result) { registry_.counter(kReloads, kReloadsHelp, {{"result", result}}).add(); }

void Configuration::remember_packs(const turn::Catalog& catalog) {
    const std::scoped_lock lock{mutex_};
    std::erase_if(packs_, [](const auto& entry) { return entry.second.expired(); });
    for (const auto& [id, scenario] : catalog.scenarios()) packs_[{id, scenario->pack->content_hash()}] = scenario->pack;
}

std::shared_ptr<const scenario::ScenarioPack> Configuration::pack(std::string_view id, std::uint64_t version) const {
    const auto scenario = catalog()->find(id);
    if (scenario && scenario->pack->content_hash() == version) return scenario->pack;
    const std::scoped_lock lock{mutex_};
    const auto found = packs_.find({std::string{id}, version});
    return found == packs_.end() ? nullptr : found->second.lock();
}

std::optional<ReloadFailure> Configuration::failure() const {
    const std::scoped_lock lock{mutex_};
    return failure_;
}
}  // namespace rondo::app
