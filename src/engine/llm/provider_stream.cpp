#include "engine/llm/provider_stream.hpp"

#include "base/json.hpp"

#include <boost/json.hpp>

#include <utility>

namespace rondo::llm::wire {
ProviderStream::ProviderStream(const ReadLimits& limits, std::string repeated)
    : answer_{limits.max_answer_bytes, std::move(repeated)}, limits_{limits}, parser_{limits.max_event_bytes} {}
ProviderStream::~ProviderStream() = default;

void ProviderStream::feed(std::string_view bytes, std::vector<Delta>& out) {
    if (ending_ != Ending::open) return;
    events_.clear();
    const auto fed = parser_.feed(bytes, events_);
    for (const net::SseEvent& event : events_) {
        on_event(event, out);
        if (answer_.overflowed()) fail_with("the provider's answer is longer than the limit; ask for fewer tokens");
        if (end_of_answer_) decide();
        if (ending_ != Ending::open) return;
    }
    if (!fed) fail_with("the provider sent an event beyond the limit; try again or another target");
}

void ProviderStream::finish(std::vector<Delta>& out) {
    // Ends the last line and the last event, which some servers forget.
    feed("\n\n", out);
    if (ending_ == Ending::open) decide();
}

void ProviderStream::decide() {
    if (!answer_whole()) return fail_with("the provider's answer broke off before it was whole; try again or another target");
    if (finish_reason_ == "content_filter" && answer_.empty()) return fail_with(empty_refusal());
    // Skipped chunks may have held a part of the arguments.
    if (bad_chunks_ > 0 && !answer_.arguments_intact()) return fail_with("the provider damaged a tool call; try again or another target");
    ending_ = Ending::complete;
}

const boost::json::object* ProviderStream::parse(std::string_view data, boost::json::value& into) {
    auto parsed = json::parse(data, {.max_bytes = limits_.max_event_bytes});
    if (parsed && parsed->is_object()) {
        into = std::move(*parsed);
        return &into.get_object();
    }
    if (++bad_chunks_ > limits_.max_bad_chunks) fail_with("the provider sent chunks that cannot be read; try again or another target");
    return nullptr;
}

void ProviderStream::fail_with(ProviderError failure) {
    if (ending_ != Ending::open) return;
    ending_ = Ending::failed;
    failure_ = std::move(failure);
}

void ProviderStream::fail_with(std::string message) {
    fail_with(ProviderError{provider_error(ErrorClass::provider_fault, std::move(message)), ErrorClass::provider_fault});
}

Completion ProviderStream::take() {
    Completion whole;
    whole.text = answer_.take_text();
    whole.finish_reason = finish_reason_;
    whole.tool_calls = answer_.take_calls();
    whole.id = std::move(id_);
    return whole;
}

ProviderError empty_refusal() {
    constexpr auto kClass = ErrorClass::policy_refusal;
    return {provider_error(kClass, "the provider refused to answer (content filter); change what is asked"), kClass};
}
}  // namespace rondo::llm::wire
