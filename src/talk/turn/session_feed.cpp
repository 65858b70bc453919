#include "talk/turn/session_feed.hpp"

#include <algorithm>
#include <utility>

namespace rondo::turn {
store::EventId SessionFeed::append(std::int64_t turn, std::string_view type, std::shared_ptr<const std::string> data, TimePoint now) {
    ++last_.seq;
    newest_ = std::max(newest_, turn);
    events_.push_back({{last_, turn, std::string{type}, std::move(data)}, now});
    make_room(now);
    changed_.notify();
    return last_;
}

store::EventId SessionFeed::skip(std::int64_t count) {
    const store::EventId first{last_.epoch, last_.seq + 1};
    last_.seq += count;
    events_.clear();
    changed_.notify();
    return first;
}

void SessionFeed::close() {
    closed_ = true;
    changed_.notify();
}

void SessionFeed::make_room(TimePoint now) {
    const bool heard = listeners_ > 0 || (heard_until_ != TimePoint::min() && now - heard_until_ < kAge);
    const auto dispensable = [&](const Kept& kept) {
        return events_.size() > kEvents || (kept.event.turn != newest_ && (!heard || now - kept.at > kAge));
    };
    while (dispensable(events_.front())) events_.pop_front();
}

void SessionFeed::leave(TimePoint now) {
    if (--listeners_ == 0) heard_until_ = now;
}

store::EventId SessionFeed::first() const {
    return events_.empty() ? store::EventId{last_.epoch, last_.seq + 1} : events_.front().event.place;
}

bool SessionFeed::covers(store::EventId after) const { return after.epoch == last_.epoch && after.seq + 1 >= first().seq; }

store::EventId SessionFeed::before(std::int64_t turn) const {
    const auto begin = std::ranges::find(events_, turn, [](const Kept& kept) { return kept.event.turn; });
    if (begin == events_.end()) return last_;
    return {last_.epoch, begin->event.place.seq - 1};
}

std::vector<SessionEvent> SessionFeed::later(store::EventId after, std::size_t limit) const {
    std::vector<SessionEvent> events;
    const auto from = static_cast<std::size_t>(std::max<std::int64_t>(0, after.seq + 1 - first().seq));
    for (std::size_t at = from; at < events_.size() && events.size() < limit; ++at) events.push_back(events_[at].event);
    return events;
}
}  // namespace rondo::turn
