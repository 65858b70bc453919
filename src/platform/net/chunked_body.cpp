#include "platform/net/chunked_body.hpp"

#include "platform/net/field_line.hpp"
#include "platform/net/message.hpp"

#include <algorithm>

namespace rondo::net {
namespace {
constexpr std::size_t kMaxLine = 8U << 10U;  // a size with its extensions, or all trailers together
constexpr std::size_t kMaxDigits = 16;
constexpr std::size_t kMaxTrailers = 100;

int hex(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}
std::unexpected<Error> refuse(const char* reason, const char* message) {
    return fail(Error{.code = Code::invalid_argument, .message = message, .reason = reason});
}
}  // namespace

Result<std::size_t> ChunkedBody::feed(std::string_view bytes, std::string& body, std::size_t room) {
    std::size_t used = 0;
    while (used < bytes.size() && state_ != State::done) {
        if (state_ == State::data) {
            const auto part = std::min<std::uint64_t>(size_, bytes.size() - used);
            if (part > room) return refuse("BODY_TOO_LARGE", "send a shorter body");
            body.append(bytes.substr(used, part));
            used += part;
            room -= part;
            body_ += part;
            size_ -= part;
            if (size_ == 0) state_ = State::data_cr;
            continue;
        }
        if (const char* fault = step(bytes[used++])) return refuse("MALFORMED_REQUEST", fault);
        if (state_ == State::data && size_ > room) return refuse("BODY_TOO_LARGE", "send a shorter body");
        if (++line_ > kMaxLine) return refuse("MALFORMED_REQUEST", "a chunk header or the trailers are too long");
        // Chunks of one byte with long extensions would cost far more than the body they carry.
        if (++framing_ > kMaxLine + 16 * body_) return refuse("MALFORMED_REQUEST", "the chunks are almost empty");
    }
    return used;
}

/// Takes one byte that is not the body's. Not null: what is wrong with it.
const char* ChunkedBody::step(char c) {
    constexpr const char* kSize = "a chunk's size is hexadecimal digits, then CR LF or ';'";
    constexpr const char* kExtension = "a chunk's extension is malformed";
    const auto end_or = [&](State next) {
        state_ = c == '\r' ? State::size_lf : next;
        return nullptr;
    };
    switch (state_) {
        case State::size: {
            if (const int digit = hex(c); digit >= 0) {
                size_ = size_ << 4U | static_cast<unsigned>(digit);
                return ++digits_ > kMaxDigits ? "a chunk's size has too many digits" : nullptr;
            }
            if (digits_ == 0 || (c != '\r' && c != ';')) return kSize;
            return end_or(State::extension);
        }
        case State::extension:
            if (c == '=') return state_ = State::value, nullptr;
            if (c == '\r') return end_or(State::extension);
            return token_char(c) || c == ';' || c == ' ' || c == '\t' ? nullptr : kExtension;
        case State::value:
            if (c == '"') return state_ = State::quoted, nullptr;
            if (c == '\r' || c == ';') return end_or(State::extension);
            return token_char(c) || c == ' ' || c == '\t' ? nullptr : kExtension;
        case State::quoted:
            if (c == '"') return state_ = State::value, nullptr;
            if (c == '\\') return state_ = State::escaped, nullptr;
            return value_char(c) ? nullptr : kExtension;
        case State::escaped: state_ = State::quoted; return value_char(c) ? nullptr : kExtension;
        case State::size_lf:
            if (c != '\n') return kSize;
            state_ = size_ == 0 ? State::trailer : State::data;
            digits_ = line_ = 0;
            return nullptr;
        case State::data_cr: state_ = State::data_lf; return c == '\r' ? nullptr : "a chunk is longer than its size";
        case State::data_lf:
            state_ = State::size;
            line_ = 0;
            return c == '\n' ? nullptr : "a chunk is longer than its size";
        case State::trailer:
            if (c == '\n') return "lines must end with CR LF";
            if (c == '\r') state_ = State::trailer_lf;
            else trailer_ += c;
            return nullptr;
        case State::trailer_lf: return c == '\n' ? end_trailer() : "a bare CR is not a line end";
        case State::data:
        case State::done: break;
    }
    return nullptr;
}

const char* ChunkedBody::end_trailer() {
    if (trailer_.empty()) return state_ = State::done, nullptr;
    if (const char* fault = fault_of_field(trailer_)) return fault;
    const auto name = std::string_view{trailer_}.substr(0, trailer_.find(':'));
    if (same_word(name, "Content-Length") || same_word(name, "Transfer-Encoding")) return "trailers cannot decide framing";
    if (++trailers_ > kMaxTrailers) return "send fewer trailers";
    trailer_.clear();
    state_ = State::trailer;
    return nullptr;
}
}  // namespace rondo::net
