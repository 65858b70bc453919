#pragma once
#include "answer_reader.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "histogram.hpp"
#include "loopback.hpp"
#include "stream_meter.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace rondo::bench {
/// What a caller asks, over and over, and what the answer must be.
struct Question {
    enum class Kind { whole, stream, refusal };
    std::string request;                ///< head and body as they go out
    Kind kind{Kind::whole};
    std::size_t text_bytes{0};          ///< of a stream's text when nothing is lost; 0: whatever it is
    std::chrono::milliseconds pace{0};  ///< between two pieces of a stream
};

/// What many answers were like.
struct Tally {
    static constexpr std::chrono::milliseconds kLate{200};  ///< a piece this much later than its pace wants

    std::int64_t answers{0}, pieces{0};
    std::int64_t late{0};         ///< pieces
    std::int64_t torn{0};         ///< streams that told less than their text, or did not end as they should
    std::size_t lost_bytes{0};    ///< of text
    std::size_t text_bytes{0};    ///< of the last stream's text
    Histogram took;               ///< from the request to the last byte
    Histogram first;              ///< to a stream's first piece of text
    Histogram excess;             ///< by which the time between two pieces exceeded the pace
    Clock::duration worst{};      ///< the largest of these
    Clock::duration elapsed{};    ///< from the first request to the last answer
};

/// A keep-alive connection with one request at a time, as cheap as it can be: it shares its core with the provider.
class GatewayCaller {
public:
    /// The question must outlive the caller. Errors: those of Loopback.
    [[nodiscard]] static Result<GatewayCaller> connect(std::uint16_t port, const Question& question);

    /// Sends the request. Errors: those of Loopback.
    [[nodiscard]] Status ask();
    /// Takes what has arrived, call when the socket is readable; true when that was the end of the answer.
    /// Errors: those of Loopback and AnswerReader; `internal` with the answer when it is another one than expected.
    [[nodiscard]] Result<bool> listen(Tally& tally);

    /// Counts as torn what it did not get of the answer under way; it must not be asked again.
    void give_up(Tally& tally) const;

    [[nodiscard]] int socket() const { return connection_.socket(); }

private:
    GatewayCaller(const Question& question, Loopback connection) : question_{&question}, connection_{std::move(connection)} {}
    void take_pieces(Tally& tally, TimePoint now);
    [[nodiscard]] Status finish(Tally& tally, TimePoint now);
    [[nodiscard]] std::size_t missing() const;  ///< bytes of text still to come

    const Question* question_;
    Loopback connection_;
    AnswerReader answer_;
    StreamMeter meter_;
    TimePoint asked_, piece_;  // piece_: when the last one came
};
}  // namespace rondo::bench
