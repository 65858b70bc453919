#include "edge/mock/attempts.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>
#include <utility>

namespace rondo::mock {
namespace {
constexpr std::size_t kKept = 10'000;
constexpr std::size_t kWrites = 32;

std::int64_t microseconds(Clock::duration time) { return std::chrono::duration_cast<std::chrono::microseconds>(time).count(); }

boost::json::value to_json(const Attempt& attempt, TimePoint start) {
    boost::json::object headers;
    for (const auto& header : attempt.headers) headers[header.name] = header.value;
    boost::json::array writes;
    for (const Write& write : attempt.writes) {
        writes.push_back(boost::json::object{{"at_us", microseconds(write.at - start)}, {"bytes", write.bytes}, {"tokens", write.tokens}});
    }
    boost::json::object told{{"number", attempt.number},
                             {"at_us", microseconds(attempt.began - start)},
                             {"api", attempt.asked->api},
                             {"model", attempt.asked->model},
                             {"fault", attempt.asked->fault},
                             {"stream", attempt.asked->stream},
                             {"continued", attempt.asked->continued},
                             {"status", attempt.status},
                             {"ended", attempt.ended},
                             {"bytes", attempt.bytes},
                             {"tokens", attempt.tokens},
                             {"left_early", attempt.left_early},
                             {"writes", std::move(writes)},
                             {"connection", attempt.connection},
                             {"tls", attempt.tls},
                             {"headers", std::move(headers)}};
    if (attempt.ended) told["end_us"] = microseconds(attempt.end - start);
    return told;
}
}  // namespace

std::uint64_t Attempt::tokens_after(TimePoint moment) const {
    std::uint64_t sum = 0;
    for (const Write& write : writes) sum += write.at > moment ? write.tokens : 0;
    return sum;
}

std::uint64_t Attempt::bytes_after(TimePoint moment) const {
    std::uint64_t sum = 0;
    for (const Write& write : writes) sum += write.at > moment ? write.bytes : 0;
    return sum;
}

std::uint64_t AttemptLog::begin(Attempt attempt) {
    const std::lock_guard lock{mutex_};
    const std::uint64_t ticket = first_ + attempts_.size();
    attempt.number = ticket - cleared_;
    attempts_.push_back(std::move(attempt));
    if (attempts_.size() > kKept) {
        attempts_.pop_front();
        ++first_;
    }
    changed_.notify_all();
    return ticket;
}

Attempt* AttemptLog::find(std::uint64_t ticket) {
    return ticket < first_ || ticket >= first_ + attempts_.size() ? nullptr : &attempts_[ticket - first_];
}

void AttemptLog::wrote(std::uint64_t ticket, const Write& write) {
    const std::lock_guard lock{mutex_};
    if (Attempt* attempt = find(ticket)) {
        attempt->bytes += write.bytes;
        attempt->tokens += write.tokens;
        if (attempt->writes.size() == kWrites) attempt->writes.erase(attempt->writes.begin());
        attempt->writes.push_back(write);
        changed_.notify_all();
    }
}

void AttemptLog::end(std::uint64_t ticket, bool left_early) {
    const auto now = Clock::now();
    const std::lock_guard lock{mutex_};
    if (Attempt* attempt = find(ticket)) {
        attempt->ended = true;
        attempt->end = now;
        attempt->left_early = left_early;
        changed_.notify_all();
    }
}

std::vector<Attempt> AttemptLog::snapshot() const {
    const std::lock_guard lock{mutex_};
    return {attempts_.begin(), attempts_.end()};
}

std::uint64_t AttemptLog::dropped() const {
    const std::lock_guard lock{mutex_};
    return first_ - 1 - cleared_;
}

void AttemptLog::clear() {
    const std::lock_guard lock{mutex_};
    first_ += attempts_.size();
    cleared_ = first_ - 1;
    attempts_.clear();
}

bool AttemptLog::wait(const std::function<bool(const std::vector<Attempt>&)>& enough, Clock::duration patience) const {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, patience, [&] { return enough({attempts_.begin(), attempts_.end()}); });
}

boost::json::value to_json(const AttemptLog& log, TimePoint start) {
    boost::json::array list;
    for (const Attempt& attempt : log.snapshot()) list.push_back(to_json(attempt, start));
    return boost::json::object{{"attempts", std::move(list)}, {"dropped", log.dropped()}, {"now_us", microseconds(Clock::now() - start)}};
}

std::vector<net::Header> headers_of_interest(const net::Request& request) {
    static constexpr std::array<std::string_view, 9> kTold{"user-agent",     "accept-encoding", "anthropic-version",
                                                           "anthropic-beta", "idempotency-key", "traceparent",
                                                           "tracestate",     "x-request-id",    "x-client-request-id"};
    static constexpr std::array<std::string_view, 3> kKeys{"authorization", "x-api-key", "api-key"};
    std::vector<net::Header> kept;
    for (const auto& header : request.headers) {
        const auto same = [&header](std::string_view name) { return net::same_word(name, header.name); };
        if (const auto* told = std::ranges::find_if(kTold, same); told != kTold.end()) {
            kept.push_back({std::string{*told}, header.value});
        } else if (const auto* key = std::ranges::find_if(kKeys, same); key != kKeys.end()) {
            kept.push_back({std::string{*key}, "present"});
        }
    }
    return kept;
}
}  // namespace rondo::mock
