#pragma once
#include "base/result.hpp"
#include "talk/turn/record.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rondo::turn {
/// What happened in a turn, in order and in few bytes: enough to tell its events again, ids included, after the live event
/// log is gone. Deltas keep only their length, for their text is in the answer. Part of the TurnRecord.
class Timeline {
public:
    void accepted();
    void restarted();
    void node_started(std::string_view node);
    void node_finished(std::string_view node, std::string_view status, std::string_view label, std::chrono::microseconds took);
    void delta(std::size_t bytes, bool seam);
    void ended();
    [[nodiscard]] const std::string& bytes() const { return bytes_; }
    /// How many events `timeline` has. Errors: `data_loss`.
    [[nodiscard]] static Result<std::int64_t> count(std::string_view timeline);

private:
    std::string bytes_;
};

/// One public event; `data` is JSON.
struct PublicEvent {
    std::string type, data;
    bool operator==(const PublicEvent&) const = default;
};

/// The data of each public event. Used when it happens and when it is told again, so both give the same bytes.
namespace event {
/// What a turn begins with, and begins anew with.
struct Beginning {
    std::string_view session;
    std::int64_t number, parent;
    std::string_view message_id, user_message, trace_id;
};
PublicEvent accepted(const Beginning& turn);
PublicEvent restarted(const Beginning& turn, std::int64_t epoch);
PublicEvent node_started(std::string_view node);
PublicEvent node_finished(std::string_view node, std::string_view status, std::string_view label, std::chrono::microseconds took);
PublicEvent delta(std::string_view text, bool seam);
PublicEvent ended(State state, std::string_view result);
PublicEvent advice(std::string_view session, std::int64_t number, std::string_view advice, std::string_view task_id);
}  // namespace event

/// The events of an ended turn in the order of their ids (epoch.1, epoch.2, ...), up to and with its end.
/// Errors: `data_loss` when the record contradicts itself.
[[nodiscard]] Result<std::vector<PublicEvent>> retell(std::string_view session, const TurnRecord& record);
}  // namespace rondo::turn
