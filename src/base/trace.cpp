#include "base/trace.hpp"

#include "base/hex.hpp"
#include "base/rng.hpp"

#include <algorithm>
#include <span>

namespace rondo {
namespace {
int nibble(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

bool unhex(std::string_view text, std::span<std::uint8_t> bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const int high = nibble(text[2 * i]);
        const int low = nibble(text[2 * i + 1]);
        if (high < 0 || low < 0) return false;
        bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
    }
    return std::ranges::any_of(bytes, [](std::uint8_t b) { return b != 0; });
}
}  // namespace

std::string TraceContext::trace_hex() const { return to_hex(trace_id); }
std::string TraceContext::span_hex() const { return to_hex(span_id); }
std::string TraceContext::traceparent() const { return "00-" + trace_hex() + "-" + span_hex() + (sampled ? "-01" : "-00"); }

TraceContext new_trace(Rng& rng) {
    TraceContext context;
    const auto fill = [&rng](std::span<std::uint8_t> bytes) {
        for (std::size_t i = 0; i < bytes.size(); i += 8) {
            const std::uint64_t word = rng.next() | 1;  // never all zero, which the standard forbids
            for (std::size_t j = 0; j < 8; ++j) bytes[i + j] = static_cast<std::uint8_t>(word >> (8 * j));
        }
    };
    fill(context.trace_id);
    fill(context.span_id);
    return context;
}

std::optional<TraceContext> parse_traceparent(std::string_view header) {
    TraceContext context;
    const bool shape = header.size() >= 55 && header[2] == '-' && header[35] == '-' && header[52] == '-' && nibble(header[0]) >= 0 &&
                       nibble(header[1]) >= 0 && header.substr(0, 2) != "ff" && (header.size() == 55 || header.substr(0, 2) != "00");
    if (!shape || !unhex(header.substr(3, 32), context.trace_id) || !unhex(header.substr(36, 16), context.span_id)) return std::nullopt;
    const int flags = nibble(header[54]);
    if (nibble(header[53]) < 0 || flags < 0) return std::nullopt;
    context.sampled = (flags & 1) != 0;
    return context;
}
}  // namespace rondo
