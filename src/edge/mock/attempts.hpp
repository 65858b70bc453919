#pragma once
#include "base/clock.hpp"
#include "platform/net/message.hpp"

#include <boost/json/fwd.hpp>

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace rondo::mock {
/// What was asked, as far as the log tells it.
struct Asked {
    std::string api;    ///< "openai.chat", "anthropic.messages", "openai.embeddings"
    std::string model;
    std::string fault;
    bool stream{false};
    bool continued{false};  ///< the last message is the assistant's: an answer to go on with
};

struct Write {
    TimePoint at{};  ///< directly before it was seen that the caller is there, and then written
    std::size_t bytes{0}, tokens{0};
};

/// One request as the provider saw it: the evidence of what a caller did.
struct Attempt {
    std::uint64_t number{0};  ///< from 1 since the log was last emptied
    std::shared_ptr<const Asked> asked;  ///< never null
    int status{0};            ///< that was meant; 0: no head
    TimePoint began{};        ///< the request was read
    bool ended{false};
    TimePoint end{};          ///< once ended: the last byte was handed to the kernel, or the caller had left
    std::uint64_t bytes{0};   ///< handed to the kernel, head and framing included
    std::uint64_t tokens{0};  ///< wholly in those bytes
    bool left_early{false};   ///< the caller closed or reset before the plan was through; seen at `end`
    std::vector<Write> writes{};  ///< the last 32, oldest first
    std::uint64_t connection{0};
    bool tls{false};
    std::vector<net::Header> headers;  ///< of interest; of a key only that it was there

    /// What was handed to the kernel after `moment`, as far as the kept writes reach: the proof that a cancellation came through.
    [[nodiscard]] std::uint64_t tokens_after(TimePoint moment) const;
    [[nodiscard]] std::uint64_t bytes_after(TimePoint moment) const;
};

/// The last 10,000 attempts. Thread-safe.
class AttemptLog {
public:
    /// Takes the number from the log. The ticket is for the calls below; attempts that were forgotten meanwhile ignore them.
    [[nodiscard]] std::uint64_t begin(Attempt attempt);
    void wrote(std::uint64_t ticket, const Write& write);
    void end(std::uint64_t ticket, bool left_early);

    [[nodiscard]] std::vector<Attempt> snapshot() const;
    [[nodiscard]] std::uint64_t dropped() const;  ///< older ones that made room
    void clear();
    /// Waits until `enough` says so of the attempts; false after `patience`. `enough` runs under the log's lock: it must
    /// not call it.
    bool wait(const std::function<bool(const std::vector<Attempt>&)>& enough, Clock::duration patience) const;

private:
    [[nodiscard]] Attempt* find(std::uint64_t ticket);

    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    std::deque<Attempt> attempts_;
    std::uint64_t first_{1};  // ticket of attempts_.front()
    std::uint64_t cleared_{0};  // tickets up to this one were there before the log was emptied
};

/// The log as `GET /attempts` tells it; times in microseconds since `start`.
[[nodiscard]] boost::json::value to_json(const AttemptLog& log, TimePoint start);

/// The headers of a request that the log keeps.
[[nodiscard]] std::vector<net::Header> headers_of_interest(const net::Request& request);
}  // namespace rondo::mock
