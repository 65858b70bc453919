#include "talk/turn/session.hpp"

namespace rondo::turn {
std::shared_ptr<Session> SessionTable::find(const TenantId& tenant, const SessionId& id) {
    const auto found = by_name_.find(key(tenant, id));
    if (found == by_name_.end()) return nullptr;
    order_.splice(order_.begin(), order_, found->second);
    return order_.front();
}

std::shared_ptr<Session> SessionTable::insert(std::shared_ptr<Session> session) {
    const TenantId tenant{session->stored.created.tenant};
    if (auto present = find(tenant, session->id())) return present;
    make_room();
    order_.push_front(std::move(session));
    by_name_[key(tenant, order_.front()->id())] = order_.begin();
    return order_.front();
}

void SessionTable::erase(const Session& session) {
    const auto found = by_name_.find(key(TenantId{session.stored.created.tenant}, session.id()));
    if (found == by_name_.end() || found->second->get() != &session) return;
    order_.erase(found->second);
    by_name_.erase(found);
}

void SessionTable::make_room() {
    // A session somebody still holds (a running turn, a request) stays, so that there is never a second copy of it.
    for (auto at = order_.end(); order_.size() >= capacity_ && at != order_.begin();) {
        --at;
        if (at->use_count() > 1) continue;
        by_name_.erase(key(TenantId{(*at)->stored.created.tenant}, (*at)->id()));
        at = order_.erase(at);
    }
}
}  // namespace rondo::turn
