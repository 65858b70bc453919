#pragma once
#include "base/json.hpp"
#include "base/result.hpp"
#include "platform/net/message.hpp"
#include "talk/turn/catalog.hpp"
#include "talk/turn/turns.hpp"

#include <boost/json/fwd.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Bytes to requests and values to JSON: the shapes of the public API, and nothing of what they cause. Pure.
namespace rondo::gateway {
inline constexpr std::size_t kMaxMessageBytes = 32U << 10U;

/// Errors: `invalid_argument`: malformed text (400), or every fault with its JSON pointer (422).
[[nodiscard]] Result<turn::SessionCreated> session_request(std::string_view body);
[[nodiscard]] Result<turn::TurnRequest> turn_request(std::string_view body, std::string_view session, std::string_view idempotency_key);
/// A request for another answer: the same members without the message and its place; may be empty.
[[nodiscard]] Result<turn::TurnRequest> regenerate_request(std::string_view body, std::string_view session,
                                                           std::string_view idempotency_key);
[[nodiscard]] Result<turn::FeedbackGiven> feedback_request(std::string_view body);

/// The query's `limit`: `usual` when absent, a fault outside 1 to `most`.
[[nodiscard]] std::int64_t limit_of(const net::Request& request, std::int64_t usual, std::int64_t most, std::vector<Fault>& faults);
/// `limit` (1 to 200, default 50) and `cursor` of a list. Errors: `invalid_argument`.
struct Paging {
    std::int64_t limit{50}, cursor{0};
};
[[nodiscard]] Result<Paging> paging(const net::Request& request);
/// The query's `leaf`: which path of a session to show. Errors: `invalid_argument`.
[[nodiscard]] Result<std::optional<std::int64_t>> leaf(const net::Request& request);
/// A path segment as a turn number. Errors: `not_found`.
[[nodiscard]] Result<std::int64_t> turn_number(std::string_view segment);

[[nodiscard]] boost::json::object session_json(const turn::StoredSession& session, const turn::Scenario* scenario);
/// The turn as two messages, the user's and the persona's.
void append_messages(boost::json::array& items, const turn::PathTurn& told);
/// Takes what people said out of a session or its messages; shapes, numbers and times stay.
void redact_session(boost::json::object& session);
void redact_messages(boost::json::array& items);
[[nodiscard]] boost::json::object scenario_json(const turn::Scenario& scenario);
[[nodiscard]] boost::json::object feedback_json(const turn::FeedbackGiven& feedback);
/// The tokens a turn used, by its result; 0 when it does not say.
[[nodiscard]] std::int64_t used_tokens(std::string_view result);
/// The error a failed turn ended with, read back from its result.
[[nodiscard]] Error failed_turn(std::string_view result);
}  // namespace rondo::gateway
