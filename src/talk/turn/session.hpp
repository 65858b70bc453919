#pragma once
#include "base/async/signal.hpp"
#include "base/ids.hpp"
#include "platform/store/idempotency.hpp"
#include "talk/turn/branch.hpp"
#include "talk/turn/catalog.hpp"
#include "talk/turn/live_turn.hpp"
#include "talk/turn/repository.hpp"

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>

namespace rondo::turn {
/// A session in memory, on its home loop, and the only copy of it. Once `ready`, what is here is also on disk, except for
/// `live` and `waiting`.
struct Session {
    /// `epoch`: the process's generation.
    Session(StoredSession stored, asio::any_io_executor home, std::int64_t epoch)
        : stored{std::move(stored)}, feed{std::make_shared<SessionFeed>(home, epoch)}, freed{std::move(home)} {}

    [[nodiscard]] std::int64_t key() const { return stored.key; }
    [[nodiscard]] SessionId id() const { return SessionId{stored.created.id}; }
    [[nodiscard]] bool busy() const { return live && !live->record(); }

    StoredSession stored;                    ///< `turns` counts ended and running turns; `stage` is the tip's
    Branch tip;                              ///< what the next turn follows unless it says otherwise: the newest ended turn
    store::Idempotency keys;                 ///< every key this session ever accepted
    std::shared_ptr<LiveTurn> live;          ///< the running turn, or the last one
    std::map<std::int64_t, std::shared_ptr<LiveTurn>> owing;  ///< ended turns by number whose advice is still to come
    std::shared_ptr<SessionFeed> feed;       ///< never null; shared with its turns
    Signal freed;                            ///< notified when `live` has ended, and when `ready` is decided
    int waiting{0};                          ///< turns queued behind the running one
    bool ready{false};                       ///< read from disk or durably created; until then it is not to be used
    bool deleted{false};                     ///< being deleted, or gone
};

/// The sessions of one loop that are in memory; the least recently used idle one makes room. Not thread-safe.
class SessionTable {
public:
    explicit SessionTable(std::size_t capacity) : capacity_{capacity} {}

    [[nodiscard]] std::shared_ptr<Session> find(const TenantId& tenant, const SessionId& id);
    /// Keeps the session that is already there, if one is.
    std::shared_ptr<Session> insert(std::shared_ptr<Session> session);
    /// Does nothing when another session has taken its name meanwhile.
    void erase(const Session& session);
    [[nodiscard]] std::size_t size() const { return order_.size(); }

private:
    using Order = std::list<std::shared_ptr<Session>>;  // most recently used first
    static std::string key(const TenantId& tenant, const SessionId& id) { return tenant.value + '\n' + id.value; }
    void make_room();

    std::size_t capacity_;
    Order order_;
    std::unordered_map<std::string, Order::iterator> by_name_;
};
}  // namespace rondo::turn
