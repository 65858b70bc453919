// The n-th call a turn makes to the outside fails, for every n: calls of nodes, commits, shared state; then the disk's own.
#include "fault/insistent.hpp"
#include "support/scripted.hpp"
#include "support/server_test.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>

namespace rondo::fault {
namespace {
using Call = store::FaultPlan::Call;
using Effect = store::FaultPlan::Effect;
using File = store::FaultPlan::File;

/// Shared state whose leases may be refused. Leases belong to the state inside.
class FaultyState final : public store::SharedState {
public:
    FaultyState(std::unique_ptr<store::SharedState> inner, support::Faults& faults) : inner_{std::move(inner)}, faults_{faults} {}

    Result<store::Lease> acquire(std::string_view name, std::int64_t token, Clock::duration ttl) override {
        const auto sound = faults_.call();
        if (!sound) return propagate(sound);
        return inner_->acquire(name, token, ttl);
    }
    bool renew(std::string_view name, std::int64_t token, Clock::duration ttl) override { return inner_->renew(name, token, ttl); }
    void release(std::string_view name, std::int64_t token) override { inner_->release(name, token); }
    void put(std::string_view name, std::string value, Clock::duration ttl) override { inner_->put(name, std::move(value), ttl); }
    std::optional<std::string> get(std::string_view name) override { return inner_->get(name); }
    std::int64_t add(std::string_view name, std::int64_t delta, Clock::duration window) override {
        return inner_->add(name, delta, window);
    }
    Stats stats() const override { return inner_->stats(); }

private:
    std::unique_ptr<store::SharedState> inner_;
    support::Faults& faults_;
};

/// A server whose every call to the outside is counted by `faults`.
class FaultSweep : public ::testing::TestWithParam<Code> {
protected:
    FaultSweep() {
        disk.on_commit([this] { return faults.call(); });
        app::App::Options options;
        options.disk_faults = &disk;
        options.adjust_nodes = [this](agent::NodeSet& nodes) {
            const auto wrap = [&](std::unique_ptr<agent::Node> node) {
                nodes.set(std::make_unique<support::FaultyNode>(std::move(node), faults));
            };
            wrap(std::make_unique<agent::Intent>());
            wrap(std::make_unique<agent::Knowledge>());
            wrap(std::make_unique<agent::Npc>(model));
            wrap(std::make_unique<agent::Coach>());
            wrap(std::make_unique<agent::Compliance>());
        };
        options.wrap_shared = [this](std::unique_ptr<store::SharedState> inner) {
            auto faulty = std::make_unique<FaultyState>(std::move(inner), faults);
            shared = faulty.get();
            return faulty;
        };
        server = std::make_unique<support::Server>(support::Server::Settings{}, std::move(options));
    }
    support::Loop loop;
    support::ScriptedModel model{{support::say("我们"), support::say("看重交期")}};
    support::Faults faults;
    store::FaultPlan disk;
    store::SharedState* shared{nullptr};
    std::unique_ptr<support::Server> server;
};

TEST_P(FaultSweep, EveryCallToTheOutsideMayFailOnce) {
    support::Client client{loop, server->port()};
    int swept = 0;
    for (int nth = 0;; ++nth) {
        SCOPED_TRACE(fmt::format("call {} fails with {}", nth, name(GetParam())));
        faults.arm(nth, GetParam());
        Insistent one{client, fmt::format("s-{}", nth), [&]() -> support::Client& { return client; }};
        one.converse();
        const bool fired = faults.fired();
        faults.arm(1'000'000, GetParam());
        one.compare();
        for (const auto& complaint : one.complaints()) ADD_FAILURE() << complaint;
        if (!fired) break;  // the sweep is complete
        ++swept;
    }
    EXPECT_GE(swept, 18) << "five nodes in two turns, two leases, the commits of a session, two turns, advice and rating";
    server->app().drain();
    EXPECT_EQ(shared->stats().leases, 0) << "every lease was given back";
    std::printf("%s: %d calls swept\n", std::string{name(GetParam())}.c_str(), swept);
}
INSTANTIATE_TEST_SUITE_P(Codes, FaultSweep, ::testing::Values(Code::unavailable, Code::deadline_exceeded, Code::cancelled),
                         [](const auto& code) { return std::string{name(code.param)}; });

struct Blow {
    const char* name;
    Call call;
    Effect effect;
};
class DiskSweep : public ::testing::TestWithParam<Blow> {};

/// The disk fails for good at its n-th call, the server is started again on what the disk has, and the client insists.
TEST_P(DiskSweep, EveryCallToTheDiskMayBeTheLast) {
    support::Loop loop;
    store::FaultPlan disk;
    std::atomic<int> fatals{0};
    app::App::Options options;
    options.disk_faults = &disk;
    options.on_fatal = [&] { ++fatals; };
    // Projections follow once a second and so write after what is swept, not in between.
    support::Server server{{{"store.projection_interval_ms", "1000"}}, std::move(options)};
    int restarts = 0;
    for (int nth = 1;; ++nth) {
        SCOPED_TRACE(fmt::format("{} {}", GetParam().name, nth));
        auto client = std::make_unique<support::Client>(loop, server.port());
        const int before = disk.fired();
        fatals = 0;
        disk.arm({.call = GetParam().call, .file = File::wal, .effect = GetParam().effect, .nth = nth});
        const auto recover = [&]() -> support::Client& {
            if (server.app().database().failed()) {
                client->close();
                server.restart();
                client = std::make_unique<support::Client>(loop, server.port());
                ++restarts;
            }
            return *client;
        };
        Insistent one{*client, fmt::format("s-{}", nth), recover};
        one.converse();
        const bool fired = disk.fired() > before;
        disk.clear();
        static_cast<void>(recover());  // the last commit may be one nobody waited for
        one.compare();
        for (const auto& complaint : one.complaints()) ADD_FAILURE() << complaint;
        EXPECT_EQ(fatals, fired ? 1 : 0) << "the process is told to exit, once";
        if (!fired) break;
    }
    EXPECT_GE(restarts, 5);
    std::printf("%s: %d restarts\n", GetParam().name, restarts);
}
INSTANTIATE_TEST_SUITE_P(Disk, DiskSweep, ::testing::Values(
    Blow{"io_error_in_write", Call::write, Effect::io_error},
    Blow{"half_a_write",      Call::write, Effect::half},
    Blow{"failed_sync",       Call::sync,  Effect::io_error}),
    [](const auto& blow) { return std::string{blow.param.name}; });
}  // namespace
}  // namespace rondo::fault
