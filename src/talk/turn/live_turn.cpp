#include "talk/turn/live_turn.hpp"

#include "base/json.hpp"

#include <boost/json.hpp>

#include <utility>

namespace rondo::turn {
namespace {
std::chrono::microseconds micros(Clock::duration took) { return std::chrono::duration_cast<std::chrono::microseconds>(took); }

template <class... Functions>
struct Overload : Functions... {
    using Functions::operator()...;
};
}  // namespace

LiveTurn::LiveTurn(Options options, std::string session_id, TurnAccepted accepted)
    : options_{std::move(options)},
      session_id_{std::move(session_id)},
      accepted_{std::move(accepted)},
      events_{options_.home, options_.epoch},
      flush_timer_{options_.home},
      changed_{options_.home} {}

void LiveTurn::publish(PublicEvent event) {
    events_.append(std::move(event.type), std::move(event.data));
    const auto& told = events_.events().back();
    last_ = options_.feed->append(number(), told.type, told.data, Clock::now());
    if (first_seq_ == 0) first_seq_ = last_.seq;
}

event::Beginning LiveTurn::beginning() const {
    return {session_id_, number(), accepted_.parent, accepted_.message_id, accepted_.user_message, accepted_.trace_id};
}

void LiveTurn::tell_accepted() {
    timeline_.accepted();
    publish(event::accepted(beginning()));
}

void LiveTurn::tell_restarted(bool nodes_kept) {
    timeline_.restarted();
    publish(event::restarted(beginning(), epoch()));
    journal(Restarted{number(), nodes_kept});
}

void LiveTurn::tell_node_started(std::string_view node) {
    timeline_.node_started(node);
    publish(event::node_started(node));
}

void LiveTurn::tell_node_finished(std::string_view node, std::string_view status, std::string_view label, Clock::duration took,
                                  std::optional<agent::Outcome> outcome) {
    timeline_.node_finished(node, status, label, micros(took));
    publish(event::node_finished(node, status, label, micros(took)));
    journal(JournaledNode{{number(), std::string{node}, std::string{status}, std::string{label}, {}}, std::move(outcome)});
}

void LiveTurn::tell_delta(std::string_view text, bool seam) {
    if (text.empty()) return;
    if (!ttft_) ttft_ = Clock::now() - options_.received;
    answer_ += text;
    timeline_.delta(text.size(), seam);
    publish(event::delta(text, seam));
    journal(DeltaWritten{number(), std::string{text}});
}

store::EventId LiveTurn::tell_advice(std::string_view advice, std::string_view task_id) {
    publish(event::advice(session_id_, number(), advice, task_id));
    close();
    return last_;
}

void LiveTurn::tell_ended(TurnRecord record) {
    publish(event::ended(record.state, record.result));
    if (record.task_id.empty()) close();
    record_ = std::make_shared<const TurnRecord>(std::move(record));
    changed_.notify();
}

void LiveTurn::close() { events_.close(); }

Status LiveTurn::tell_again(std::shared_ptr<const TurnRecord> record) {
    auto told = retell(session_id_, *record);
    if (!told) return propagate(told);
    for (auto& event : *told) events_.append(std::move(event.type), std::move(event.data));  // the session has heard them
    record_ = std::move(record);
    settle_admission({});
    return {};
}

void LiveTurn::journal(Progress row) {
    progress_.push_back(std::move(row));
    if (!flush_armed_) arm_flush();
}

void LiveTurn::arm_flush() {
    flush_armed_ = true;
    flush_timer_.expires_after(options_.flush_interval);
    flush_timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& ec) {
        const auto self = weak.lock();
        if (ec || !self) return;
        self->flush_armed_ = false;
        self->flush();
    });
}

void LiveTurn::flush() {
    if (progress_.empty()) return;
    store::Batch rows;
    rows.fence(options_.session_key, options_.token);
    const auto append = [&](Kind kind, std::string body) { rows.append(options_.session_key, static_cast<int>(kind), std::move(body)); };
    for (auto& progress : std::exchange(progress_, {})) {
        std::visit(Overload{[&](JournaledNode& node) {
                                if (node.outcome) node.row.outcome = json::write(agent::to_json(*node.outcome));
                                append(Kind::node_finished, node.row.encode());
                            },
                            [&](const DeltaWritten& delta) { append(Kind::delta, delta.encode()); },
                            [&](const Restarted& restarted) { append(Kind::restarted, restarted.encode()); }},
                   progress);
    }
    options_.database->submit(std::move(rows));
}

void LiveTurn::drop_progress() {
    progress_.clear();
    flush_timer_.cancel();
}

void LiveTurn::stop(StopReason reason) {
    if (stop_reason_ != StopReason::none || record_) return;
    stop_reason_ = reason;
    flush();  // what was told so far is kept, so it goes to the journal before the stop does
    stop_signal_.emit(asio::cancellation_type::terminal);
}

asio::awaitable<Status> LiveTurn::admitted() {
    while (!admission_) {
        const auto woken = co_await changed_.wait();
        if (!woken) co_return woken;
    }
    co_return *admission_;
}

void LiveTurn::settle_admission(Status status) {
    admission_ = std::move(status);
    changed_.notify();
}

asio::awaitable<Result<std::shared_ptr<const TurnRecord>>> LiveTurn::ended() {
    for (;;) {
        if (record_) co_return record_;
        if (gave_up_) co_return fail(*gave_up_);
        if (admission_ && !*admission_) co_return fail(admission_->error());
        const auto woken = co_await changed_.wait();
        if (!woken) co_return propagate(woken);
    }
}

void LiveTurn::give_up(Error error) {
    gave_up_ = std::move(error);
    close();
    changed_.notify();
}
}  // namespace rondo::turn
