#pragma once
#include "base/async/context.hpp"
#include "base/obs/logger.hpp"
#include "base/obs/tracer.hpp"
#include "base/rng.hpp"
#include "engine/flow/graph_runner.hpp"
#include "engine/ledger/subject.hpp"
#include "engine/ledger/usage.hpp"
#include "talk/turn/config.hpp"
#include "talk/turn/subscription.hpp"
#include "talk/turn/values.hpp"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace rondo::turn {
/// What every coordinator shares. Owned by the app; outlives them.
struct Services {
    store::Database& database;
    store::SharedState& shared;
    const agent::NodeSet& nodes;
    /// What a model's tokens cost today.
    std::function<Money(std::string_view model, const ledger::Usage& usage)> cost;
    /// Whether the caller can pay for a turn at all; asked before one is accepted. Each model call makes its own reservation.
    /// Errors: `resource_exhausted` (BUDGET_EXHAUSTED), the ledger's.
    std::function<asio::awaitable<Status>(const ledger::Spender&)> can_pay;
    std::function<std::shared_ptr<const Catalog>()> catalog;  ///< today's generation; thread-safe
    Metrics& metrics;
    obs::Logger log;
    obs::Tracer& tracer;

    [[nodiscard]] Config config() const { return catalog()->config(); }  ///< today's
};

/// Where a turn is: running (or just ended), or a record of one that ended before.
struct TurnHandle {
    std::shared_ptr<LiveTurn> live;
    std::shared_ptr<const TurnRecord> record;
    bool replay{false};  ///< the request was a repetition
};

/// Runs the turns of the sessions that live on one loop. Every member function is called on that loop.
///
/// The only place that knows the order of things: admission.cpp takes a request to an AdmittedTurn, execution.cpp to a Draft,
/// settlement.cpp to a TurnRecord and the follow-up, recovery.cpp takes up what a crash left.
class TurnCoordinator {
public:
    /// This loop's part of the bounds in the Config.
    struct Share {
        std::size_t live_sessions;
        int max_running;
    };
    TurnCoordinator(asio::io_context& home, Services& services, Share share, std::uint64_t seed);

    [[nodiscard]] asio::any_io_executor executor() { return home_.get_executor(); }

    /// Creates a session, or returns the one of that id when it was created with the same parameters (`false`).
    /// Errors: `already_exists`, `not_found` (scenario), the store's.
    struct NewSession {
        StoredSession stored;
        bool created{false};
    };
    asio::awaitable<Result<NewSession>> create(SessionCreated wanted);

    /// Errors: `not_found`, the store's.
    asio::awaitable<Result<std::shared_ptr<Session>>> open(TenantId tenant, SessionId id);
    /// The same, when the call reaches the session's owner; else it is not there. All that comes from a caller goes through it.
    asio::awaitable<Result<std::shared_ptr<Session>>> open(CallContext ctx, SessionId id);

    /// Accepts the turn durably and starts it, or joins or replays the one the request repeats.
    /// Errors: `not_found`, `invalid_argument` (the key was used with another body: reason IDEMPOTENCY_MISMATCH; no such turn to
    /// follow: UNKNOWN_PARENT), `aborted`
    /// (`Another request is processing`, or not the next turn), `resource_exhausted` (too many turns; no budget), the store's.
    asio::awaitable<Result<TurnHandle>> start(TurnRequest request, CallContext ctx);

    /// As Turns::import.
    asio::awaitable<Status> import(CallContext ctx, SessionId id, std::vector<SaidBefore> said);

    /// The turn of that number, running or ended. Errors: `not_found`, the store's.
    asio::awaitable<Result<TurnHandle>> find(CallContext ctx, SessionId id, std::int64_t number);

    /// Stops a running turn, keeping the partial answer; durable when it returns. A turn that has ended stays as it is.
    /// Errors: `not_found`, the store's.
    asio::awaitable<Status> stop(CallContext ctx, SessionId id, std::int64_t number);

    /// Stops what runs and deletes everything the session left. Errors: `not_found`, the store's.
    asio::awaitable<Status> remove(CallContext ctx, SessionId id);

    // subscription.cpp: as Turns::subscribe and Turns::next.
    asio::awaitable<Result<std::shared_ptr<Subscription>>> subscribe(CallContext ctx, SessionId id, std::optional<store::EventId> after);
    asio::awaitable<Result<std::vector<SessionEvent>>> events(std::shared_ptr<Session> session, store::EventId after);

    /// Takes up a turn that was accepted but had not ended when the process died.
    asio::awaitable<Status> resume(TenantId tenant, SessionId id, TurnAccepted accepted, Resumption resumption);
    /// Runs a follow-up that was still owed.
    asio::awaitable<Status> resume_follow_up(TenantId tenant, SessionId id, std::int64_t number, std::string task_id);

    [[nodiscard]] int running() const { return running_; }
    asio::awaitable<Status> idle();  ///< waits until no turn and no follow-up runs. Errors: `cancelled`

private:
    asio::awaitable<Status> load(Session& session);
    asio::awaitable<Result<std::vector<SessionEvent>>> logged(std::shared_ptr<Session> session, store::EventId after,
                                                              store::EventId before);
    /// Errors: `invalid_argument` (reason UNKNOWN_PARENT), `failed_precondition`, the store's.
    asio::awaitable<Result<Branch>> branch_at(std::shared_ptr<Session> session, std::int64_t leaf);
    void entered(Session& session, bool there);
    // import.cpp
    TurnRecord imported(const Session& session, const Scenario& scenario, const TurnAccepted& accepted, const std::string& npc,
                        std::string& intent);
    // admission.cpp
    asio::awaitable<Result<AdmittedTurn>> admit(std::shared_ptr<Session> session, Branch branch, TurnRequest request, std::string key,
                                                store::Digest digest, CallContext ctx);
    std::shared_ptr<LiveTurn> make_live(Session& session, TurnAccepted accepted, std::int64_t token, std::int64_t epoch,
                                        TimePoint received);
    void launch(AdmittedTurn admitted, CallContext ctx, std::optional<Resumption> resumption);
    // execution.cpp
    asio::awaitable<void> run(AdmittedTurn admitted, CallContext ctx, std::optional<Resumption> resumption);
    PreparedTurn prepare(AdmittedTurn admitted, std::optional<Resumption> resumption);
    asio::awaitable<Draft> draft(PreparedTurn prepared, CallContext ctx);
    // settlement.cpp
    TurnResult conclude(Draft draft);
    asio::awaitable<Status> keep(std::function<store::Batch()> batch);
    asio::awaitable<void> settle(TurnResult result);
    void follow_up(std::shared_ptr<Session> session, std::shared_ptr<LiveTurn> turn, std::string task_id, agent::TurnFacts facts,
                   std::shared_ptr<const Scenario> scenario, agent::Board board);
    void finished_one();

    asio::io_context& home_;
    Services& services_;
    SessionTable sessions_;
    int max_running_;
    Rng rng_;
    flow::GraphRunner runner_;
    int running_{0};     // turns
    int follow_ups_{0};
    Signal idle_;
};
}  // namespace rondo::turn
