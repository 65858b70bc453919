#include "session_ear.hpp"

#include <fmt/format.h>

namespace rondo::bench {
std::string SessionEar::target() const {
    if (!bound()) return fmt::format("/api/v1/ws?session={}", session_);
    return fmt::format("/api/v1/ws?session={}&after={}.{}", session_, epoch_, seq_);
}

std::string SessionEar::start_turn(std::string_view message, std::string_view message_id) {
    v1::Frame frame;
    frame.set_id(1);
    frame.mutable_start_turn()->set_user_message(std::string{message});
    frame.mutable_start_turn()->set_message_id(std::string{message_id});
    return frame.SerializeAsString();
}

Result<SessionEar::Heard> SessionEar::hear(std::string_view bytes) {
    v1::Frame frame;
    if (!frame.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return fail(Code::data_loss, "not a frame of rondo.v1");
    if (frame.has_refused())
        return fail(Code::internal, fmt::format("refused: {} {}", frame.refused().error().code(), frame.refused().error().message()));
    if (frame.has_welcome() && !bound()) {
        welcomed_ = true;
        epoch_ = frame.welcome().epoch();
        seq_ = frame.welcome().last_seq();
    }
    if (frame.seq() == 0) return Heard::nothing;
    if (!new_event(frame)) {
        ++duplicates_;
        return Heard::nothing;
    }
    return take(frame);
}

/// Deltas travel together under the place of the last, so places may be left out, but none comes twice.
bool SessionEar::new_event(const v1::Frame& frame) {
    if (frame.epoch() != 0 && frame.epoch() != epoch_) {
        epoch_ = frame.epoch();
        seq_ = 0;
    }
    if (frame.seq() <= seq_) return false;
    seq_ = frame.seq();
    return true;
}

Result<SessionEar::Heard> SessionEar::take(const v1::Frame& frame) {
    if (frame.has_accepted()) {
        accepted_.insert(frame.accepted().message_id());
        turns_.push_back({.number = frame.accepted().turn_number()});
        return Heard::nothing;
    }
    if (frame.has_restarted()) {
        if (turns_.empty() || turns_.back().number != frame.restarted().turn_number()) turns_.push_back({});
        accepted_.insert(frame.restarted().message_id());
        turns_.back() = {.number = frame.restarted().turn_number()};
        return Heard::nothing;
    }
    if (frame.has_delta()) {
        if (turns_.empty() || turns_.back().answer_bytes) return fail(Code::internal, "a piece of an answer to nothing");
        turns_.back().text += frame.delta().text();
        return Heard::text;
    }
    if (!frame.has_completed() && !frame.has_failed()) return Heard::nothing;
    const auto& ended = frame.has_completed() ? frame.completed() : frame.failed();
    if (turns_.empty() || turns_.back().number != ended.turn_number()) return fail(Code::internal, "the end of a turn that never began");
    if (frame.has_failed()) return fail(Code::internal, fmt::format("a turn failed: {}", ended.error().code()));
    turns_.back().answer_bytes = ended.answer_bytes();
    return Heard::end;
}
}  // namespace rondo::bench
