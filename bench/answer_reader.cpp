#include "answer_reader.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace rondo::bench {
namespace {
constexpr std::size_t kMaxBytes = 4U << 20U;

std::optional<std::size_t> number(std::string_view text, int base) {
    std::size_t value = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (ec != std::errc{} || end != text.data() + text.size() || value > kMaxBytes) return std::nullopt;
    return value;
}

/// The value of a header, empty when it is not there. `name` as "\r\nname: ", lower case.
std::string_view header(std::string_view head, std::string_view name) {
    const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; };
    const auto found = std::ranges::search(head, name, same);
    if (found.empty()) return {};
    const std::string_view value{found.end(), head.end()};
    return value.substr(0, value.find('\r'));
}
}  // namespace

Status AnswerReader::feed(std::string_view bytes) {
    if (buffer_.size() - at_ + body_.size() + bytes.size() > kMaxBytes)
        return fail(Code::resource_exhausted, "an answer longer than 4 MiB");
    buffer_.append(bytes);
    for (;;) {
        const auto more = step();
        if (!more) return propagate(more);
        if (*more) continue;
        if (at_ == buffer_.size()) {
            buffer_.clear();
            at_ = 0;
        }
        return {};
    }
}

void AnswerReader::reset() {
    part_ = Part::head;
    buffer_.clear();
    at_ = left_ = 0;
    status_ = 0;
    body_.clear();
}

Result<bool> AnswerReader::step() {
    switch (part_) {
        case Part::head: {
            const auto head = take_until("\r\n\r\n");
            if (!head.data()) return false;
            if (const auto read = read_head(head); !read) return propagate(read);
            return true;
        }
        case Part::content: {
            const auto size = std::min(left_, buffer_.size() - at_);
            body_.append(buffer_, at_, size);
            at_ += size;
            left_ -= size;
            if (left_ > 0) return false;
            part_ = Part::done;
            return true;
        }
        case Part::chunk_size: {
            const auto line = take_until("\r\n");
            if (!line.data()) return false;
            const auto size = number(line, 16);
            if (!size) return fail(Code::data_loss, "a chunk without a size");
            left_ = *size;
            part_ = left_ > 0 ? Part::chunk : Part::trailer;
            return true;
        }
        case Part::chunk:
            if (buffer_.size() - at_ < left_ + 2) return false;
            body_.append(buffer_, at_, left_);
            at_ += left_ + 2;
            part_ = Part::chunk_size;
            return true;
        case Part::trailer:
            if (!take_until("\r\n").data()) return false;
            part_ = Part::done;
            return true;
        case Part::done:
            if (at_ != buffer_.size()) return fail(Code::data_loss, "bytes after the end of an answer");
            return false;
    }
    return false;
}

Status AnswerReader::read_head(std::string_view head) {
    // "HTTP/1.1 200 OK"
    const auto code = head.starts_with("HTTP/1.1 ") ? number(head.substr(9, 3), 10) : std::nullopt;
    if (!code) return fail(Code::data_loss, "an answer that is not HTTP/1.1");
    status_ = static_cast<int>(*code);
    if (const auto value = header(head, "\r\ncontent-length: "); !value.empty()) {
        const auto length = number(value, 10);
        if (!length) return fail(Code::data_loss, "a Content-Length that is no number or too large");
        left_ = *length;
        part_ = Part::content;
        return {};
    }
    if (header(head, "\r\ntransfer-encoding: ") != "chunked") return fail(Code::data_loss, "an answer of unknown length");
    part_ = Part::chunk_size;
    return {};
}

std::string_view AnswerReader::take_until(std::string_view end) {
    const auto found = buffer_.find(end, at_);
    if (found == std::string::npos) return {};
    const std::string_view text{buffer_.data() + at_, found - at_};
    at_ = found + end.size();
    return text;
}
}  // namespace rondo::bench
