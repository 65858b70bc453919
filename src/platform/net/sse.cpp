#include "platform/net/sse.hpp"

namespace rondo::net {
namespace {
void append_field(std::string& out, std::string_view name, std::string_view value) {
    if (value.empty()) return;
    out.append(name);
    for (const char c : value) {
        if (c != '\r' && c != '\n' && c != '\0') out.push_back(c);
    }
    out.push_back('\n');
}

/// Writes `prefix` before every line of `text`; CR, LF and CRLF end one.
void append_lines(std::string& out, std::string_view prefix, std::string_view text) {
    for (;;) {
        const auto end = text.find_first_of("\r\n");
        out.append(prefix).append(text.substr(0, end)).push_back('\n');
        if (end == std::string_view::npos) return;
        text.remove_prefix(end + (text.substr(end, 2) == "\r\n" ? 2 : 1));
    }
}
}  // namespace

std::string sse_frame(std::string_view id, std::string_view event, std::string_view data) {
    std::string frame;
    frame.reserve(id.size() + event.size() + data.size() + 32);
    append_field(frame, "id: ", id);
    append_field(frame, "event: ", event);
    append_lines(frame, "data: ", data);
    frame.push_back('\n');
    return frame;
}

std::string sse_comment(std::string_view text) {
    std::string frame;
    append_lines(frame, ": ", text);
    frame.push_back('\n');
    return frame;
}

Status SseParser::feed(std::string_view bytes, std::vector<SseEvent>& out) {
    while (!bytes.empty()) {
        if (after_cr_) {
            after_cr_ = false;
            if (bytes.front() == '\n') bytes.remove_prefix(1);
            continue;
        }
        const auto end = bytes.find_first_of("\r\n");
        line_.append(bytes.substr(0, end));
        if (line_.size() + data_.size() > max_bytes_) return fail(Code::resource_exhausted, "the peer sent an event beyond the limit");
        if (end == std::string_view::npos) break;
        after_cr_ = bytes[end] == '\r';
        bytes.remove_prefix(end + 1);
        take_line(line_, out);
        line_.clear();
    }
    return {};
}

void SseParser::take_line(std::string_view line, std::vector<SseEvent>& out) {
    if (first_line_ && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
    first_line_ = false;
    if (line.empty()) return dispatch(out);
    const auto colon = line.find(':');
    if (colon == 0) return;  // a comment
    const std::string_view field = line.substr(0, colon);
    std::string_view value = colon == std::string_view::npos ? std::string_view{} : line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);

    if (field == "data") {
        if (has_data_) data_.push_back('\n');
        data_.append(value);
        has_data_ = true;
    } else if (field == "event") {
        event_ = value;
    } else if (field == "id" && value.find('\0') == std::string_view::npos) {
        last_id_ = value;
    }
}

void SseParser::dispatch(std::vector<SseEvent>& out) {
    if (has_data_) out.push_back({last_id_, event_.empty() ? "message" : event_, std::move(data_)});
    data_.clear();
    event_.clear();
    has_data_ = false;
}
}  // namespace rondo::net
