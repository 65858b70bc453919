#include "talk/turn/session_log.hpp"

#include "talk/turn/repository.hpp"
#include "talk/turn/timeline.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

namespace rondo::turn::session_log {
namespace {
using store::EventId;

constexpr store::Sql kAdvice =
    "SELECT number, advice_epoch, advice_seq FROM turns WHERE session = ? AND (advice_epoch > ? OR (advice_epoch = ? AND advice_seq >= ?))"
    " ORDER BY advice_epoch, advice_seq, number";

struct AdvicePlace {
    std::int64_t turn;
    EventId place;
};

Result<std::vector<AdvicePlace>> advice_from(store::Reader& reader, std::int64_t session, EventId from) {
    const auto rows = reader.query(kAdvice, {session, from.epoch, from.epoch, from.seq});
    if (!rows) return propagate(rows);
    std::vector<AdvicePlace> places;
    for (const auto& row : *rows) places.push_back({row.integer(0), {row.integer(1), row.integer(2)}});
    return places;
}

Result<StoredTurn> turn_at(store::Reader& reader, std::int64_t session, std::int64_t number) {
    auto turn = repository::turn(reader, session, number);
    if (!turn) return propagate(turn);
    if (!*turn) return fail(Code::data_loss, "a session's turn is missing; restore the data folder from a copy");
    return std::move(**turn);
}

EventId first_place(const TurnRecord& record) { return {record.epoch, record.first_seq}; }

/// A turn's events follow one another, but for the places that advice took.
class Places {
public:
    Places(EventId first, const std::vector<AdvicePlace>& advice) : next_{first}, advice_{advice} {}
    EventId next() {
        while (std::ranges::find(advice_, next_, &AdvicePlace::place) != advice_.end()) ++next_.seq;
        return std::exchange(next_, {next_.epoch, next_.seq + 1});
    }

private:
    EventId next_;
    const std::vector<AdvicePlace>& advice_;
};

/// The last turn that begins at or before `place`, or the first; by bisection, since turns begin one after the other.
Result<std::int64_t> turn_around(store::Reader& reader, const Place& where, EventId place) {
    std::int64_t low = 1, high = where.turns;
    while (low < high) {
        const std::int64_t middle = low + (high - low + 1) / 2;
        const auto turn = turn_at(reader, where.session, middle);
        if (!turn) return propagate(turn);
        const bool begun = turn->record && first_place(*turn->record) <= place;
        if (begun) low = middle;
        else high = middle - 1;
    }
    return low;
}

/// The advice of these places as events.
Result<std::vector<SessionEvent>> tell(store::Reader& reader, const Place& where, const std::vector<AdvicePlace>& advice, EventId after,
                                       EventId before) {
    std::vector<SessionEvent> events;
    for (const auto& [number, place] : advice) {
        if (place <= after || place >= before) continue;
        const auto turn = turn_at(reader, where.session, number);
        if (!turn) return propagate(turn);
        if (!turn->record) continue;
        auto told = event::advice(where.id, number, turn->advice, turn->record->task_id);
        events.push_back({place, number, std::move(told.type), std::make_shared<const std::string>(std::move(told.data))});
    }
    return events;
}
}  // namespace

Result<std::int64_t> last_seq(store::Reader& reader, const Place& where, std::int64_t epoch) {
    if (where.turns == 0) return std::int64_t{0};
    const auto newest = turn_at(reader, where.session, where.turns);
    if (!newest) return propagate(newest);
    const auto advice = advice_from(reader, where.session, {epoch, 1});
    if (!advice) return propagate(advice);
    std::int64_t last = 0;
    if (newest->record && newest->record->epoch == epoch && newest->record->first_seq > 0) {
        const auto events = Timeline::count(newest->record->timeline);
        if (!events) return propagate(events);
        Places places{first_place(*newest->record), *advice};
        for (std::int64_t event = 0; event < *events; ++event) last = places.next().seq;
    }
    for (const auto& given : *advice) {
        if (given.place.epoch == epoch) last = std::max(last, given.place.seq);
    }
    return last;
}

Result<std::vector<SessionEvent>> read(store::Reader& reader, const Place& where, EventId after, EventId before) {
    if (where.turns == 0) return std::vector<SessionEvent>{};
    const auto begin = turn_around(reader, where, after);
    if (!begin) return propagate(begin);
    const auto first = turn_at(reader, where.session, *begin);
    if (!first) return propagate(first);
    const EventId from = first->record ? std::min(first_place(*first->record), after) : after;
    const auto advice = advice_from(reader, where.session, from);
    if (!advice) return propagate(advice);

    std::vector<SessionEvent> events;
    for (std::int64_t number = *begin; number <= where.turns && events.empty(); ++number) {
        const auto turn = turn_at(reader, where.session, number);
        if (!turn) return propagate(turn);
        // One that still runs is in memory; one from before there were places was told to its end long ago.
        if (!turn->record || turn->record->first_seq == 0) continue;
        if (first_place(*turn->record) >= before) break;
        auto told = retell(where.id, *turn->record);
        if (!told) return propagate(told);
        Places places{first_place(*turn->record), *advice};
        for (auto& event : *told) {
            const EventId place = places.next();
            if (place <= after || place >= before) continue;
            events.push_back({place, number, std::move(event.type), std::make_shared<const std::string>(std::move(event.data))});
        }
    }
    // Advice behind these events belongs to the next call, which knows what else stands there.
    auto given = tell(reader, where, *advice, after, events.empty() ? before : events.back().place);
    if (!given) return propagate(given);
    std::vector<SessionEvent> all;
    std::ranges::merge(events, *given, std::back_inserter(all), {}, &SessionEvent::place, &SessionEvent::place);
    return all;
}
}  // namespace rondo::turn::session_log
