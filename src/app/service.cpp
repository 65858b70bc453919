#include "app/service.hpp"

#include "app/commands.hpp"
#include "app/report.hpp"
#include "app/respawn.hpp"
#include "app/version.hpp"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <utility>

namespace rondo::app {
namespace {
/// Taken by sigwait; blocked in every thread.
sigset_t known_signals() {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR2, SIGCHLD}) sigaddset(&set, signal);
    return set;
}
}  // namespace

Service::Service(Inputs inputs, obs::Logger log, Options options)
    : inputs_{std::move(inputs)}, log_{log}, options_{options}, manager_{net::ServiceManager::from_environment()}, takeover_{log} {}

void Service::hold_signals() {
    const auto signals = known_signals();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
}

int Service::run(const config::Loaded<Config>& config) {
    for (;;) {
        if (const int failed = start(config); failed != kOk) return failed;
        const End why = wait();
        if (why == End::store_failed) {  // nothing can be acknowledged any more: leave at once, recovery does the rest
            std::fputs("rondo: the store failed; start again to recover\n", stderr);
            return kFailed;
        }
        if (why == End::signal) return drain(), kOk;
        if (hand_over()) return kOk;
    }
}

int Service::start(const config::Loaded<Config>& config) {
    const bool again = !listening_.empty();
    auto app = App::start(config, {.inputs = inputs_,
                                   .log = log_,
                                   .inherit = [this, again](const Config& settings) -> Result<net::Inheritance> {
                                       if (again) return std::exchange(inheritance_, {});
                                       if (options_.take_over) return takeover_.inherit(settings);
                                       return net::Inheritance{};
                                   },
                                   .test_routes = options_.test_routes,
                                   .on_fatal = [this] { end(End::store_failed); }});
    if (!app) return report(app.error()), app.error().code == Code::invalid_argument ? kUsage : kFailed;
    app_ = std::move(*app);
    const std::string& host = config.value.server.host;
    const std::string shown = host.contains(':') && !host.starts_with('[') ? "[" + host + "]" : host;
    const char* const scheme = config.value.server.tls.on() ? "https" : "http";
    listening_ = fmt::format("listening on {}://{}:{}", scheme, shown, app_->port());
    open_door();
    if (!again) announce();
    return kOk;
}

void Service::open_door() {
    const Config& config = app_->configuration().current()->value.config();
    auto door = net::HandoverDoor::open({.folder = config.data,
                                         .program = kVersion,
                                         .drain = config.server.drain_timeout,
                                         .listener = [this] { return app_->listener(); },
                                         .on_follower = [this] { end(End::follower); }});
    if (door) door_ = std::move(*door);
    else log_.warn("takeover_impossible", {{"message", door.error().message}});
}

void Service::announce() {
    takeover_.serving();
    std::puts(listening_.c_str());
    std::fflush(stdout);
    if (takeover_.happened()) return;  // the process before us tells the service manager, which listens to nobody else
    if (const auto told = manager_.ready(listening_); !told) log_.warn("service_manager_unheard", {{"message", told.error().message}});
}

Service::End Service::wait() {
    const auto signals = known_signals();
    int signal = 0;
    while (sigwait(&signals, &signal) == 0) {
        if (signal == SIGHUP) app_->reload();
        else if (signal == SIGUSR2) spawn_follower();
        else if (signal == SIGCHLD) bury_follower();
        else break;
    }
    return end_;
}

void Service::end(End why) {
    end_ = why;
    kill(getpid(), SIGTERM);
}

void Service::drain() {
    static_cast<void>(manager_.stopping());  // it sent the signal, as a rule
    heed_second_signal(true);
    app_->drain();
    door_.reset();  // while the folder is still ours
    app_.reset();
}

bool Service::hand_over() {
    const TimePoint began = Clock::now();
    const auto millis = [began] {
        return std::int64_t{std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began).count()};
    };
    const std::int64_t follower = door_->follower();
    log_.info("handing_over", {{"to_process", follower}});
    heed_second_signal(true);
    app_->hand_over([door = door_.get()](net::Travelling connection) { door->give(std::move(connection)); },
                    [door = door_.get()](std::string progress) { door->tell(std::move(progress)); });
    app_.reset();
    const auto connections = static_cast<std::int64_t>(door_->given());
    log_.info("let_go", {{"connections", connections}, {"after_ms", millis()}});
    if (door_->release()) {
        if (const auto told = manager_.followed_by(static_cast<int>(follower), listening_); !told)
            log_.warn("service_manager_unheard", {{"message", told.error().message}});
        log_.info("handed_over", {{"to_process", follower}, {"connections", connections}, {"took_ms", millis()}});
        return true;
    }
    log_.warn("takeover_undone", {{"to_process", follower}, {"message", "it ended before it served; serving on"}});
    heed_second_signal(false);
    inheritance_ = door_->take_back();
    door_.reset();
    end_ = End::signal;
    return false;
}

/// While it drains a second signal ends the process at once.
void Service::heed_second_signal(bool second) {
    for (const int other : {SIGHUP, SIGUSR2}) std::signal(other, second ? SIG_IGN : SIG_DFL);
    const auto signals = known_signals();
    pthread_sigmask(second ? SIG_UNBLOCK : SIG_BLOCK, &signals, nullptr);
}

void Service::spawn_follower() {
    if (spawned_ != 0) return log_.warn("takeover_under_way", {{"process", std::int64_t{spawned_}}});
    const auto process = respawn("--takeover");
    if (!process) return log_.error("takeover_not_started", {{"message", process.error().message}});
    spawned_ = *process;
    log_.info("takeover_started", {{"process", std::int64_t{spawned_}}});
}

/// A follower that ended before it had asked for anything, or could not go through with it.
void Service::bury_follower() {
    int status = 0;
    if (spawned_ == 0 || ::waitpid(spawned_, &status, WNOHANG) != spawned_) return;
    log_.error("takeover_failed", {{"process", std::int64_t{spawned_}},
                                   {"exit_code", std::int64_t{WIFEXITED(status) ? WEXITSTATUS(status) : -1}},
                                   {"message", "the new process ended; serving on. Its own lines say why"}});
    spawned_ = 0;
}
}  // namespace rondo::app
