#include "edge/gateway/wire/coalescer.hpp"

#include "base/text/token_counter.hpp"

#include <utility>

namespace rondo::gateway::wire {
void Coalescer::push(Frame delta, TimePoint now, std::vector<Frame>& out) {
    const bool begins = delta.delta().seam() || (held_ && held_->epoch() != delta.epoch());
    if (held_ && begins) flush(now, out);
    tokens_ += text::TokenCounter{}.count(delta.delta().text()).count;
    if (held_) {
        held_->mutable_delta()->mutable_text()->append(delta.delta().text());
        held_->set_seq(delta.seq());
        ++joined_;
    } else {
        held_ = std::move(delta);
    }
    if (tokens_ >= config_.tokens || *due() <= now) flush(now, out);
}

void Coalescer::flush(TimePoint now, std::vector<Frame>& out) {
    if (!held_) return;
    out.push_back(std::move(*held_));
    held_.reset();
    tokens_ = 0;
    sent_ = now;
}

std::optional<TimePoint> Coalescer::due() const {
    if (!held_) return std::nullopt;
    return sent_ ? *sent_ + config_.window : TimePoint::min();
}
}  // namespace rondo::gateway::wire
