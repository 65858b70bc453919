#include "engine/llm/rescue.hpp"

#include <algorithm>
#include <utility>

namespace rondo::llm {
const char* name(Rescue rescue) noexcept {
    switch (rescue) {
        case Rescue::none: return "none";
        case Rescue::restart: return "restart";
        case Rescue::prefill: return "prefill";
        case Rescue::skip: return "skip";
    }
    return "none";
}

Rescue rescue_for(const Sent& sent, bool can_prefill) noexcept {
    if (sent.nothing()) return Rescue::restart;
    if (sent.tool_calls) return Rescue::none;
    const bool only_space = sent.text.find_first_not_of(" \t\r\n") == std::string::npos;  // providers refuse such a prefill
    return can_prefill && !only_space ? Rescue::prefill : Rescue::skip;
}

Splice::Splice(Rescue rescue, const Sent& sent) : rescue_{rescue}, seam_due_{rescue == Rescue::prefill || rescue == Rescue::skip} {
    if (rescue == Rescue::skip) expected_ = sent.text;
    if (rescue == Rescue::prefill) {
        const auto end = sent.text.find_last_not_of(" \t\r\n") + 1;  // providers refuse a prefill that ends in white space
        prefill_ = sent.text.substr(0, end);
        expected_ = sent.text.substr(end);
    }
}

ModelRequest Splice::request(ModelRequest original) const {
    if (rescue_ == Rescue::prefill) original.prefill += prefill_;
    return original;
}

std::optional<Delta> Splice::feed(Delta delta) {
    if (diverged_) return std::nullopt;
    if (matched_ < expected_.size()) {
        const std::string_view open = std::string_view{expected_}.substr(matched_);
        const auto same = std::ranges::mismatch(delta.text, open).in1 - delta.text.begin();
        matched_ += static_cast<std::size_t>(same);
        delta.text.erase(0, static_cast<std::size_t>(same));
        const bool text_differs = !delta.text.empty() && matched_ < expected_.size();
        if (rescue_ == Rescue::prefill) {
            if (text_differs) matched_ = expected_.size();  // a continuation may well leave the white space out
        } else if (text_differs || (delta.tool_call && matched_ < expected_.size())) {
            diverged_ = true;
            return std::nullopt;
        }
    }
    if (delta.text.empty() && !delta.tool_call) return std::nullopt;
    delta.seam = std::exchange(seam_due_, false);
    return delta;
}

std::string Splice::whole(std::string text) const {
    if (rescue_ != Rescue::prefill) return text;
    const auto repeated = std::ranges::mismatch(text, expected_).in1 - text.begin();
    return prefill_ + expected_ + text.substr(static_cast<std::size_t>(repeated));
}
}  // namespace rondo::llm
