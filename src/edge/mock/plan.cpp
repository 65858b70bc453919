#include "edge/mock/plan.hpp"

#include "edge/mock/gzip.hpp"
#include "platform/net/problem.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace rondo::mock {
namespace {
using std::chrono::milliseconds;
constexpr milliseconds kApart{5};  ///< keeps two writes from arriving as one

std::string_view phrase(int status) { return status == 529 ? "Overloaded" : net::status_phrase(status); }

/// What a stream is cut into, and how it ends; a plan still without its head.
struct Body {
    std::vector<Frame> frames;
    bool finished{true};  ///< the HTTP body ends as announced
    Plan::End end{Plan::End::keep};
};

/// The frames up to and with the one that tells token number `tokens`, or half of a body that is one frame.
std::vector<Frame> beginning(const Reply& reply, std::int64_t tokens) {
    if (!reply.stream) {
        const Frame& whole = reply.frames.front();
        return {{whole.bytes.substr(0, whole.bytes.size() / 2), whole.tokens / 2}};
    }
    std::vector<Frame> kept;
    for (const Frame& frame : reply.frames) {
        if (tokens - frame.tokens < 0) break;
        tokens -= frame.tokens;
        kept.push_back(frame);
        if (tokens == 0 && frame.tokens > 0) break;
    }
    if (kept.size() == reply.frames.size()) kept.pop_back();  // an answer shorter than that: it loses its terminator
    return kept;
}

/// CRLF, comments, and data that goes on in a second line: all legal, none common.
std::string oddly_framed(std::string_view event) {
    std::string out = ": keep-alive\r\n";
    while (!event.empty()) {
        const auto end = event.find('\n');
        auto line = event.substr(0, end);
        event.remove_prefix(end + 1);
        if (const auto comma = line.find(','); line.starts_with("data: {") && comma != line.npos) {
            out.append(line.substr(0, comma + 1)).append("\r\n");
            out.append("data: ");
            line.remove_prefix(comma + 1);
        }
        out.append(line).append("\r\n");
    }
    return out;
}

/// An event cut in the middle of its JSON.
std::string broken(std::string_view event) { return std::string{event.substr(0, event.size() / 2)} + "\n\n"; }

Body shape(const Reply& reply, const Chosen& chosen) {
    const auto [fault, number] = chosen;
    Body body{.frames = reply.frames};
    switch (fault) {
        case Fault::stall: return {beginning(reply, number), false, Plan::End::silence};
        case Fault::cut:
        case Fault::cut_once: return {beginning(reply, number), false, Plan::End::close};
        case Fault::reset_mid_stream: return {beginning(reply, number), false, Plan::End::reset};
        case Fault::reset_after_head: return {{}, false, Plan::End::reset};
        case Fault::cut_clean: return {beginning(reply, number), true, Plan::End::keep};
        case Fault::close_after: body.end = Plan::End::close; return body;
        case Fault::empty_body: body.frames = {{"", 0}}; return body;
        default: break;
    }
    if (!reply.stream) {
        if (fault == Fault::malformed_chunk) body.frames.front().bytes.resize(body.frames.front().bytes.size() / 2);
        return body;
    }
    switch (fault) {
        case Fault::no_done: body.frames.pop_back(); break;
        case Fault::early_done:
            body.frames = beginning(reply, number);
            body.frames.push_back(reply.frames.back());
            break;
        case Fault::error_in_stream:
            body.frames = beginning(reply, number);
            body.frames.push_back({reply.trouble, 0});
            break;
        case Fault::malformed_chunk: {
            const auto at = std::min(beginning(reply, number).size(), body.frames.size() - 1);
            body.frames.insert(body.frames.begin() + static_cast<std::ptrdiff_t>(at), {broken(body.frames[at].bytes), 0});
            break;
        }
        case Fault::odd_framing:
            for (Frame& frame : body.frames) frame.bytes = oddly_framed(frame.bytes);
            break;
        default: break;
    }
    return body;
}

std::string head_of(const Reply& reply, std::string_view framing) {
    std::string head = fmt::format("HTTP/1.1 {} {}\r\ncontent-type: {}\r\n", reply.status, phrase(reply.status), reply.content_type);
    for (const auto& header : reply.headers) head.append(header.name).append(": ").append(header.value).append("\r\n");
    return head.append(framing).append("\r\n\r\n");
}

std::string chunk(std::string_view bytes) { return fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes); }

/// A place inside the first character that has more than one byte, else the middle.
std::size_t inside_character(std::string_view bytes) {
    const auto found = std::ranges::find_if(bytes, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0xC0U; });
    return found == bytes.end() ? bytes.size() / 2 : static_cast<std::size_t>(found - bytes.begin()) + 1;
}

/// Joins what leaves at the same time.
void add(Plan& plan, Piece piece) {
    if (piece.pause == Clock::duration{} && !plan.pieces.empty()) {
        plan.pieces.back().bytes += piece.bytes;
        plan.pieces.back().tokens += piece.tokens;
    } else {
        plan.pieces.push_back(std::move(piece));
    }
}

void add_slowly(Plan& plan, std::string_view bytes, int tokens, Clock::duration each) {
    for (std::size_t i = 0; i < bytes.size(); ++i) add(plan, {each, std::string{bytes[i]}, i + 1 == bytes.size() ? tokens : 0});
}
}  // namespace

Plan plan_of(const Reply& reply, const Chosen& chosen, Clock::duration pace) {
    const auto [fault, number] = chosen;
    Plan plan{.status = reply.status, .pieces = {}, .end = Plan::End::keep};
    if (fault == Fault::hang) return {0, {}, Plan::End::silence};
    if (fault == Fault::reset_before_head) return {0, {}, Plan::End::reset};
    if (fault == Fault::pace) pace = milliseconds{number};

    const Body body = shape(reply, chosen);
    // A body that ends in order has a length, unless it is a stream or its true length is the lie.
    const bool chunked = reply.stream || fault == Fault::cut_clean;
    const auto announced = body.finished ? body.frames.front().bytes.size() : reply.frames.front().bytes.size();
    add(plan, {{}, head_of(reply, chunked ? "transfer-encoding: chunked" : fmt::format("content-length: {}", announced)), 0});
    bool begun = false;  // a token has been told: the next one keeps the pace
    for (const Frame& frame : body.frames) {
        if (frame.bytes.empty()) continue;  // as a chunk it would be the end
        const std::string bytes = chunked ? chunk(frame.bytes) : frame.bytes;
        Clock::duration pause = reply.stream && begun && frame.tokens > 0 ? pace : Clock::duration{};
        if (fault == Fault::slow_first_token && plan.pieces.size() == 1 && &frame == &body.frames.front()) pause = milliseconds{number};
        begun = begun || frame.tokens > 0;
        if (fault == Fault::slow_body) {
            add_slowly(plan, bytes, frame.tokens, milliseconds{std::max<std::int64_t>(number, 1)});
        } else if (fault == Fault::split_utf8 && bytes.size() > 1) {
            const auto at = inside_character(bytes);
            add(plan, {pause, bytes.substr(0, at), 0});
            add(plan, {kApart, bytes.substr(at), frame.tokens});
        } else {
            add(plan, {pause, bytes, frame.tokens});
        }
    }
    if (chunked && body.finished) add(plan, {{}, "0\r\n\r\n", 0});
    // So that the caller reads what came before it hears of the reset.
    if (body.end == Plan::End::reset) add(plan, {4 * kApart, "", 0});
    plan.end = body.end;
    return plan;
}
}  // namespace rondo::mock
