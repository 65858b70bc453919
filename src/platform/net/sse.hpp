#pragma once
#include "base/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// Server-sent events as bytes, by the rules of the WHATWG standard. Pure.
namespace rondo::net {
struct SseEvent {
    std::string id;     ///< last id seen so far, not only this event's own
    std::string event;  ///< "message" when the stream names none
    std::string data;
};

/// One frame, blank line included. Every line of `data` gets its own `data:`; line breaks in `id` and `event` are left
/// out, and so are the two fields when empty.
[[nodiscard]] std::string sse_frame(std::string_view id, std::string_view event, std::string_view data);
/// A comment frame: keeps proxies from closing a silent stream.
[[nodiscard]] std::string sse_comment(std::string_view text);

/// Bytes in, cut anywhere; events out.
class SseParser {
public:
    explicit SseParser(std::size_t max_event_bytes = 1U << 20U) : max_bytes_{max_event_bytes} {}

    /// Appends the events that `bytes` complete. Errors: `resource_exhausted` when one event passes the bound; the
    /// parser is of no use afterwards.
    [[nodiscard]] Status feed(std::string_view bytes, std::vector<SseEvent>& out);
    /// What to send as Last-Event-ID when connecting again.
    [[nodiscard]] const std::string& last_event_id() const { return last_id_; }

private:
    void take_line(std::string_view line, std::vector<SseEvent>& out);
    void dispatch(std::vector<SseEvent>& out);

    std::size_t max_bytes_;
    std::string line_;         // the unfinished one
    std::string event_, data_;
    std::string last_id_;
    bool has_data_{false};
    bool after_cr_{false};     // an LF now belongs to the CR before it
    bool first_line_{true};    // may begin with a byte order mark
};
}  // namespace rondo::net
