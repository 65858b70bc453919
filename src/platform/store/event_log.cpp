#include "platform/store/event_log.hpp"

#include <fmt/format.h>

#include <cassert>
#include <charconv>
#include <utility>

namespace rondo::store {
namespace {
std::optional<std::int64_t> parse_number(std::string_view digits) {
    std::int64_t number = 0;
    const char* end = digits.data() + digits.size();
    const auto [stop, ec] = std::from_chars(digits.data(), end, number);
    if (ec != std::errc{} || stop != end || digits.front() == '-') return std::nullopt;
    return number;
}
}  // namespace

std::optional<EventId> EventId::parse(std::string_view text) {
    const auto dot = text.find('.');
    if (dot == std::string_view::npos) return std::nullopt;
    const auto epoch = parse_number(text.substr(0, dot));
    const auto seq = parse_number(text.substr(dot + 1));
    if (!epoch || !seq) return std::nullopt;
    return EventId{*epoch, *seq};
}

std::string EventId::to_string() const { return fmt::format("{}.{}", epoch, seq); }

EventId EventLog::append(std::string type, std::string data) {
    assert(!closed_);
    const EventId id{epoch_, static_cast<std::int64_t>(events_.size()) + 1};
    bytes_ += sizeof(Event) + type.size() + data.size();
    events_.push_back({id, std::move(type), std::make_shared<const std::string>(std::move(data))});
    changed_.notify();
    return id;
}

void EventLog::restart(std::int64_t epoch) {
    assert(epoch > epoch_ && !closed_);
    epoch_ = epoch;
    events_.clear();
    bytes_ = 0;
    changed_.notify();
}

void EventLog::close() {
    closed_ = true;
    changed_.notify();
}

asio::awaitable<Result<std::vector<Event>>> EventLog::next(EventId after) {
    if (after.epoch > epoch_ || (after.epoch == epoch_ && after.seq > static_cast<std::int64_t>(events_.size())))
        co_return fail(Code::invalid_argument,
                       fmt::format("event {} has not happened; leave the id out to begin with the first", after.to_string()));
    co_await asio::this_coro::throw_if_cancelled(false);
    for (;;) {
        const std::int64_t seen = after.epoch == epoch_ ? after.seq : 0;  // looked at anew: the epoch may change while we wait
        if (seen < static_cast<std::int64_t>(events_.size())) co_return std::vector<Event>(events_.begin() + seen, events_.end());
        if (closed_) co_return std::vector<Event>{};
        // A cancellation that came before the wait would not end it.
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none) co_return fail(Code::cancelled, "caller gave up");
        if (auto woken = co_await changed_.wait(); !woken) co_return propagate(woken);
    }
}
}  // namespace rondo::store
