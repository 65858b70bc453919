#pragma once
#include "base/async/timer.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace rondo::bench {
/// Somebody who talks over a bad connection, one turn after the other.
struct WeakUser {
    std::uint16_t port;    ///< of the link
    std::string session;   ///< that exists
    std::string message;   ///< what is said, over and over
};

/// What it was like.
struct WeakTally {
    std::vector<double> first_ms;   ///< from saying something to the first piece of the answer that can be shown, cuts included
    std::vector<double>
        resume_ms;  ///< from a cut in mid-turn, after the first piece if there are pieces, to something that was not shown before
    std::int64_t turns{0}, cuts{0};
    std::int64_t duplicates{0};     ///< events that were told twice although they must not
    std::int64_t differing{0};      ///< answers of another length than the server says
};

/// Each speaks until `until` and ends its last turn; after a cut it connects again at once. Errors: those of the answers;
/// `deadline_exceeded` (a turn of two minutes).

/// rondo.v1.pb: one connection, and after a cut another one that goes on where the last broke off.
asio::awaitable<Status> talk_pb(WeakUser user, TimePoint until, WeakTally& tally);

enum class HttpAnswer : std::uint8_t { whole, stream };
/// HTTP with JSON, the connection kept between turns. After a cut the request is sent again, with the same message id, and the answer
/// is read from its beginning: in one piece, or as a stream of events.
asio::awaitable<Status> talk_http(WeakUser user, HttpAnswer kind, TimePoint until, WeakTally& tally);
}  // namespace rondo::bench
