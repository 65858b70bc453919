#pragma once
#include "base/async/signal.hpp"
#include "platform/store/database.hpp"
#include "platform/store/event_log.hpp"
#include "talk/agent/outcome.hpp"
#include "talk/turn/metrics.hpp"
#include "talk/turn/record.hpp"
#include "talk/turn/session_feed.hpp"
#include "talk/turn/timeline.hpp"

#include <boost/asio/cancellation_signal.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace rondo::turn {
/// A turn between accepted and ended: what it has said so far, to whom it is told, and what of it is journaled.
///
/// Lives on its session's home loop, shared by the coroutine that runs it and those that listen. Node results and deltas are
/// journaled in order without being awaited; they wait in a buffer for at most the flush interval, and a turn that ends
/// before that writes none of them, because its record says it all.
class LiveTurn : public std::enable_shared_from_this<LiveTurn> {
public:
    struct Options {
        store::Database* database;
        asio::any_io_executor home;
        std::int64_t session_key;
        std::int64_t token;   ///< fencing token of the lease this turn runs under
        std::int64_t epoch;   ///< of its event ids
        std::shared_ptr<SessionFeed> feed;  ///< of its session
        std::chrono::milliseconds flush_interval;
        TimePoint received;
    };
    LiveTurn(Options options, std::string session_id, TurnAccepted accepted);

    // Fixed at construction: may be read on any loop.
    [[nodiscard]] const TurnAccepted& accepted() const { return accepted_; }
    [[nodiscard]] std::int64_t number() const { return accepted_.number; }
    [[nodiscard]] std::int64_t session_key() const { return options_.session_key; }
    [[nodiscard]] std::int64_t token() const { return options_.token; }
    [[nodiscard]] std::int64_t epoch() const { return options_.epoch; }
    [[nodiscard]] TimePoint received() const { return options_.received; }

    // Telling: an event for every listener, a mark in the timeline, a row for the journal where a restart needs it.
    void tell_accepted();
    void tell_restarted(bool nodes_kept);
    void tell_node_started(std::string_view node);
    /// `outcome`: what to journal; nothing when the node gave none.
    void tell_node_finished(std::string_view node, std::string_view status, std::string_view label, Clock::duration took,
                            std::optional<agent::Outcome> outcome);
    /// `seam`: from here on another attempt speaks, the one before broke off.
    void tell_delta(std::string_view text, bool seam = false);
    /// Returns its place among the session's events.
    store::EventId tell_advice(std::string_view advice, std::string_view task_id);
    /// The end, already durable. Closes the event log unless a follow-up is still owed.
    void tell_ended(TurnRecord record);
    void close();  ///< nothing more will be told
    /// Instead of all that, for a turn that ended under an earlier process and still owes its advice: listeners hear what was told
    /// then, under the same ids, and wait for the rest. Errors: `data_loss`.
    Status tell_again(std::shared_ptr<const TurnRecord> record);

    [[nodiscard]] const std::string& answer() const { return answer_; }          ///< what was told as deltas
    [[nodiscard]] std::int64_t first_seq() const { return first_seq_; }  ///< of its events among the session's; 0: none yet
    [[nodiscard]] const Timeline& timeline() const { return timeline_; }
    [[nodiscard]] std::optional<Clock::duration> ttft() const { return ttft_; }
    [[nodiscard]] store::EventLog& events() { return events_; }
    [[nodiscard]] const std::shared_ptr<const TurnRecord>& record() const { return record_; }  ///< null until it has ended
    [[nodiscard]] bool given_up() const { return gave_up_.has_value(); }
    void seal_timeline() { timeline_.ended(); }  ///< before the record is made
    void drop_progress();                        ///< the record that is about to be written says it all

    /// Asks the running coroutine to stop; idempotent.
    enum class StopReason { none, user, deadline, deleted };
    void stop(StopReason reason);
    [[nodiscard]] StopReason stopping() const { return stop_reason_; }
    [[nodiscard]] asio::cancellation_slot stop_slot() { return stop_signal_.slot(); }

    /// Waits until the turn is durable (true) or was refused (its error).
    asio::awaitable<Status> admitted();
    void settle_admission(Status status);
    /// Waits for the record. Errors: the admission's, `cancelled`, or why the end could not be made durable.
    asio::awaitable<Result<std::shared_ptr<const TurnRecord>>> ended();
    void give_up(Error error);  ///< the end could not be made durable: a restart will resume the turn

private:
    void publish(PublicEvent event);
    [[nodiscard]] event::Beginning beginning() const;
    /// A row that waits in the buffer, encoded only when it is written: most turns end before that.
    struct JournaledNode {
        NodeFinished row;
        std::optional<agent::Outcome> outcome;
    };
    using Progress = std::variant<JournaledNode, DeltaWritten, Restarted>;
    void journal(Progress row);
    void flush();
    void arm_flush();

    Options options_;
    std::string session_id_;
    TurnAccepted accepted_;
    store::EventLog events_;
    std::int64_t first_seq_{0};
    store::EventId last_;  // place of its last event among the session's
    Timeline timeline_;
    std::string answer_;
    std::optional<Clock::duration> ttft_;
    std::shared_ptr<const TurnRecord> record_;  // immutable, so that any loop may read it

    std::vector<Progress> progress_;
    Timer flush_timer_;
    bool flush_armed_{false};

    asio::cancellation_signal stop_signal_;
    StopReason stop_reason_{StopReason::none};
    std::optional<Status> admission_;
    std::optional<Error> gave_up_;
    Signal changed_;
};
}  // namespace rondo::turn
