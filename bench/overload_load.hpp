#pragma once
#include "answer_reader.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "histogram.hpp"
#include "loopback.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace rondo::bench {
/// What came of the requests that were due in a stretch of time.
struct Outcome {
    std::int64_t due{0};       ///< requests that should have been sent
    std::int64_t unsent{0};    ///< those nobody was free to send: all waited for an answer
    std::int64_t completed{0}; ///< turns answered with 200
    std::int64_t refused{0};   ///< 503
    std::int64_t probed{0};    ///< /readyz, beside the turns; each must be a 200
    Histogram turn, refusal, probe;  ///< from sending to the whole answer
    TimePoint last_refusal{};  ///< when the last of these refusals came
    std::chrono::nanoseconds time{};

    [[nodiscard]] double completed_per_s() const { return static_cast<double>(completed) / std::chrono::duration<double>(time).count(); }
};

/// Many people with a session and a connection each, of whom as many speak at a time as a rate asks for: arrivals that do not wait for
/// answers, as those of a crowd. Who is refused does not try again; somebody else comes. One thread.
class OverloadLoad {
public:
    /// Makes the sessions. Errors: those of Loopback, `internal` with the answer.
    [[nodiscard]] static Result<std::unique_ptr<OverloadLoad>> arrive(std::uint16_t port, const std::string& scenario,
                                                                      std::vector<std::string> lines, std::size_t people);
    ~OverloadLoad();
    OverloadLoad(const OverloadLoad&) = delete;
    OverloadLoad& operator=(const OverloadLoad&) = delete;

    /// So many speak at any time, each again once answered.
    [[nodiscard]] Result<Outcome> closed(std::size_t speakers, std::chrono::milliseconds time);
    /// So many begin to speak in each second.
    [[nodiscard]] Result<Outcome> open(double per_second, std::chrono::milliseconds time);
    /// Waits until nobody waits for an answer. Errors: also `deadline_exceeded` after ten seconds.
    [[nodiscard]] Status settle();
    [[nodiscard]] std::size_t waiting() const { return people_.size() - free_.size(); }

private:
    struct Person {
        Loopback connection;
        AnswerReader answer{};
        std::string target{};
        std::size_t line{0};
        TimePoint asked{};
        bool counted{false};  // asked in the stretch that is measured now
    };
    OverloadLoad(int epoll, std::vector<std::string> lines) : epoll_{epoll}, lines_{std::move(lines)} {}
    [[nodiscard]] Status watch(const Loopback& connection, std::uint64_t number) const;
    [[nodiscard]] Status speak(Outcome& outcome);
    [[nodiscard]] Status listen(std::chrono::milliseconds patience, Outcome& outcome);
    [[nodiscard]] Status hear(std::size_t number, Outcome& outcome);
    [[nodiscard]] Status hear_probe(Outcome& outcome);
    /// Asks for the server's health now and then.
    [[nodiscard]] Status probe(TimePoint now);
    void begin();

    int epoll_;
    std::vector<std::string> lines_;
    std::vector<Person> people_;
    std::deque<std::size_t> free_;  // who spoke longest ago speaks next
    std::unique_ptr<Person> probe_;
    bool probing_{false};
};
}  // namespace rondo::bench
