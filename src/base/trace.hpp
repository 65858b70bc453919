#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rondo {
class Rng;

/// Where we are in a distributed trace (W3C Trace Context). A plain value; obs::Tracer makes spans from it.
struct TraceContext {
    std::array<std::uint8_t, 16> trace_id{};
    std::array<std::uint8_t, 8> span_id{};
    bool sampled{true};

    [[nodiscard]] bool valid() const noexcept { return trace_id != std::array<std::uint8_t, 16>{}; }
    [[nodiscard]] std::string trace_hex() const;
    [[nodiscard]] std::string span_hex() const;
    [[nodiscard]] std::string traceparent() const;  ///< 00-<trace>-<span>-01
};

[[nodiscard]] TraceContext new_trace(Rng& rng);
/// Reads a `traceparent` header; nullopt when it is malformed (the standard says: start a new trace then).
[[nodiscard]] std::optional<TraceContext> parse_traceparent(std::string_view header);
}  // namespace rondo
