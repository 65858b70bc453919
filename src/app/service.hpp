#pragma once
#include "app/app.hpp"
#include "app/takeover.hpp"
#include "platform/net/handover_door.hpp"
#include "platform/net/service_manager.hpp"

#include <sys/types.h>

#include <atomic>
#include <csignal>
#include <memory>
#include <string>
#include <vector>

namespace rondo::app {
/// The life of `rondo serve`: the App, the signals, the service manager, and the processes before and after this one.
///
/// SIGTERM and SIGINT drain, a second one ends the process at once. SIGHUP reloads. SIGUSR2 starts the program anew, as it lies on the disk
/// now, to take over from this process.
class Service {
public:
    /// Blocks these signals in the calling thread and all it starts, so call it before there is any other.
    static void hold_signals();
    struct Options {
        bool take_over{false};  ///< --takeover
        bool test_routes{false};  ///< --test-routes
    };
    Service(Inputs inputs, obs::Logger log, Options options);

    /// Serves to the end and returns the exit code. Once.
    [[nodiscard]] int run(const config::Loaded<Config>& config);

private:
    enum class End { signal, store_failed, follower };

    [[nodiscard]] int start(const config::Loaded<Config>& config);
    void open_door();
    void announce();
    /// Sleeps until something ends this server.
    End wait();
    void drain();
    /// False: the follower failed, and what it was given is back in `inheritance_`.
    [[nodiscard]] bool hand_over();
    void end(End why);  ///< from any thread
    void spawn_follower();
    void bury_follower();
    void heed_second_signal(bool second);

    const Inputs inputs_;
    obs::Logger log_;
    const Options options_;
    const net::ServiceManager manager_;
    std::string listening_;  // the line of `listening on`
    std::atomic<End> end_{End::signal};
    pid_t spawned_{0};
    Takeover takeover_;
    net::Inheritance inheritance_;
    std::unique_ptr<App> app_;  // before takeover_ goes
    std::unique_ptr<net::HandoverDoor> door_;
};
}  // namespace rondo::app
