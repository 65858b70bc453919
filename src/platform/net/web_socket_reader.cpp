#include "platform/net/web_socket_reader.hpp"

#include "base/text/utf8.hpp"

#include <algorithm>
#include <utility>

namespace rondo::net {
namespace {
constexpr std::uint16_t kProtocolError = 1002, kBadPayload = 1007, kTooBig = 1009;
constexpr unsigned kMaskBytes = 4;
constexpr std::size_t kUnmaskedAtOnce = 4096;  // of a compressed message
}  // namespace

WebSocketReader::Heard WebSocketReader::feed(std::string_view& bytes) {
    while (!violated_) {
        if (head_bytes_ < head_wanted_ && !read_head(bytes)) break;
        const auto part = bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size())));
        bytes.remove_prefix(part.size());
        take_payload(part);
        left_ -= part.size();
        at_ += part.size();
        if (violated_ || left_ > 0) break;
        if (const Heard heard = end_frame(); heard != Heard::nothing) return heard;
    }
    return violated_ ? Heard::violation : Heard::nothing;
}

/// True when the head of a frame is whole. Each byte is judged as it comes.
bool WebSocketReader::read_head(std::string_view& bytes) {
    while (head_bytes_ < head_wanted_) {
        if (bytes.empty()) return false;
        head_[head_bytes_++] = static_cast<unsigned char>(bytes.front());
        bytes.remove_prefix(1);
        if (head_bytes_ == 1) {
            check_opcode(head_[0]);
        } else if (head_bytes_ == 2) {
            check_length(head_[1]);
        } else if (head_bytes_ + kMaskBytes == head_wanted_) {
            check_long_length();
        }
        if (violated_) return false;
    }
    std::copy_n(head_.begin() + (head_wanted_ - kMaskBytes), kMaskBytes, mask_.begin());
    at_ = 0;
    return true;
}

void WebSocketReader::check_opcode(unsigned char first) {
    opcode_ = static_cast<Opcode>(first & 0x0fU);
    final_ = (first & 0x80U) != 0;
    const bool compressed = (first & 0x40U) != 0;
    const bool begins = opcode_ == Opcode::text || opcode_ == Opcode::binary;
    if ((first & 0x30U) != 0) return violate(kProtocolError, "reserved bits are set");
    if (compressed && !(limits_.deflate && begins)) return violate(kProtocolError, "RSV1 is set where nothing was compressed");
    if (control_frame()) {
        if (opcode_ > Opcode::pong) return violate(kProtocolError, "the opcode is reserved");
        if (!final_) return violate(kProtocolError, "a control frame is fragmented");
        control_.clear();
        return;
    }
    if (opcode_ > Opcode::binary) return violate(kProtocolError, "the opcode is reserved");
    if (begins == in_message_) {
        return violate(kProtocolError, begins ? "a message begins inside another" : "a continuation has nothing to continue");
    }
    if (!begins) return;
    in_message_ = true;
    message_.kind = opcode_ == Opcode::text ? WebSocket::Kind::text : WebSocket::Kind::binary;
    text_ = {};
    if (compressed) inflater_.emplace();
}

void WebSocketReader::check_length(unsigned char second) {
    const unsigned length = second & 0x7fU;
    if ((second & 0x80U) == 0) return violate(kProtocolError, "a client's frames are masked");
    if (control_frame() && length > kMaxControlBytes) return violate(kProtocolError, "a control frame is too long");
    if (opcode_ == Opcode::close && length == 1) return violate(kProtocolError, "a close frame has half a code");
    const unsigned more = length == 127 ? 8 : length == 126 ? 2 : 0;
    head_wanted_ = static_cast<unsigned char>(2 + more + kMaskBytes);
    left_ = more == 0 ? length : 0;
    if (more == 0 && !control_frame() && !inflater_ && message_.data.size() + length > limits_.max_message) {
        violate(kTooBig, "the message is too long");
    }
}

void WebSocketReader::check_long_length() {
    for (unsigned i = 2; i < head_bytes_; ++i) left_ = left_ << 8U | head_[i];
    const bool eight = head_bytes_ == 10;
    if (left_ >> 63U != 0) return violate(kProtocolError, "a length has its first bit set");
    if (left_ < (eight ? 0x10000U : 126U)) return violate(kProtocolError, "a length is not written as short as it can be");
    if (!inflater_ && left_ > limits_.max_message - message_.data.size()) violate(kTooBig, "the message is too long");
}

void WebSocketReader::take_payload(std::string_view masked) {
    if (masked.empty()) return;
    if (inflater_ && !control_frame()) return take_compressed(masked);
    std::string& into = control_frame() ? control_ : message_.data;
    const std::size_t known = into.size();
    // Some libraries hand their capacity in for the size, so what is returned does not come from there.
    into.resize_and_overwrite(known + masked.size(), [&](char* data, std::size_t) {
        unmask(data + known, masked, mask_, at_);
        return known + masked.size();
    });
    if (!control_frame()) check_text(known);
}

void WebSocketReader::take_compressed(std::string_view masked) {
    std::array<char, kUnmaskedAtOnce> plain;
    for (std::size_t done = 0; done < masked.size() && !violated_;) {
        const auto part = masked.substr(done, plain.size());
        unmask(plain.data(), part, mask_, at_ + done);
        done += part.size();
        const std::size_t known = message_.data.size();
        const auto outcome = inflater_->feed({plain.data(), part.size()}, message_.data, limits_.max_message);
        judge(outcome, known);
    }
}

void WebSocketReader::judge(Inflater::Outcome outcome, std::size_t known) {
    if (outcome == Inflater::Outcome::too_long) return violate(kTooBig, "the message is too long");
    if (outcome == Inflater::Outcome::broken) return violate(kBadPayload, "the message cannot be inflated");
    check_text(known);
}

/// What came behind the first `known` bytes.
void WebSocketReader::check_text(std::size_t known) {
    if (message_.kind != WebSocket::Kind::text) return;
    if (!text_.feed(std::string_view{message_.data}.substr(known))) violate(kBadPayload, "the text is not UTF-8");
}

WebSocketReader::Heard WebSocketReader::end_frame() {
    head_bytes_ = 0;
    head_wanted_ = 2;
    switch (opcode_) {
        case Opcode::ping: return Heard::ping;
        case Opcode::pong: return Heard::pong;
        case Opcode::close: return end_close();
        default: return final_ ? end_message() : Heard::nothing;
    }
}

WebSocketReader::Heard WebSocketReader::end_message() {
    if (inflater_) {
        const std::size_t known = message_.data.size();
        judge(inflater_->finish(message_.data, limits_.max_message), known);
        inflater_.reset();
    }
    if (!violated_ && message_.kind == WebSocket::Kind::text && !text_.complete()) violate(kBadPayload, "the text ends inside a character");
    in_message_ = false;
    return violated_ ? Heard::violation : Heard::message;
}

WebSocketReader::Heard WebSocketReader::end_close() {
    closing_ = {.code = kNoCloseCode, .by_peer = true};
    if (control_.empty()) return Heard::close;
    closing_.code = static_cast<std::uint16_t>(static_cast<unsigned char>(control_[0]) << 8U | static_cast<unsigned char>(control_[1]));
    closing_.reason = control_.substr(2);
    if (!valid_close_code(closing_.code)) {
        violate(kProtocolError, "a close frame has a code that may not be sent");
    } else if (!text::valid_utf8(closing_.reason)) {
        violate(kBadPayload, "the reason of a close frame is not UTF-8");
    }
    return violated_ ? Heard::violation : Heard::close;
}

WebSocket::Message WebSocketReader::take_message() { return std::exchange(message_, {}); }

void WebSocketReader::violate(std::uint16_t code, const char* why) {
    violated_ = true;
    closing_ = {.code = code, .reason = why, .by_peer = false};
    message_ = {};
    inflater_.reset();
}
}  // namespace rondo::net
