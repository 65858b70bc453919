#include "edge/mock/fault.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace rondo::mock {
namespace {
constexpr std::int64_t kMaxNumber = 1'000'000;

constexpr std::array kFaults{
    FaultInfo{Fault::ok, "ok", "", 0, "a whole answer"},
    FaultInfo{Fault::rate_limit, "rate-limit", "seconds", 1, "429 with Retry-After"},
    FaultInfo{Fault::rate_limit_bare, "rate-limit-bare", "", 0, "429 without Retry-After"},
    FaultInfo{Fault::unavailable, "unavailable", "", 0, "503"},
    FaultInfo{Fault::server_error, "server-error", "", 0, "500"},
    FaultInfo{Fault::overloaded, "overloaded", "", 0, "529"},
    FaultInfo{Fault::key_refused, "key-refused", "", 0, "401"},
    FaultInfo{Fault::forbidden, "forbidden", "", 0, "403"},
    FaultInfo{Fault::not_found, "not-found", "", 0, "404, no such model"},
    FaultInfo{Fault::too_large, "too-large", "", 0, "413"},
    FaultInfo{Fault::context_too_long, "context-too-long", "", 0, "400, the context is too long"},
    FaultInfo{Fault::no_prefill, "no-prefill", "", 0, "400 when the last message is the assistant's, else ok"},
    FaultInfo{Fault::flaky, "flaky", "times", 1, "503 that many times, then ok; flaky-2 is flaky@2"},
    FaultInfo{Fault::reset_before_head, "reset-before-head", "", 0, "TCP reset instead of an answer"},
    FaultInfo{Fault::reset_after_head, "reset-after-head", "", 0, "the response head, then a TCP reset"},
    FaultInfo{Fault::reset_mid_stream, "reset-mid-stream", "tokens", 5, "TCP reset after that many tokens"},
    FaultInfo{Fault::hang, "hang", "", 0, "never answers"},
    FaultInfo{Fault::slow_first_token, "slow-first-token", "ms", 2000, "head at once, the rest only after that time"},
    FaultInfo{Fault::stall, "stall", "tokens", 5, "silence after that many tokens; the connection stays open"},
    FaultInfo{Fault::cut, "cut", "tokens", 5, "the connection ends after that many tokens"},
    FaultInfo{Fault::cut_once, "cut-once", "tokens", 5, "cut the first time, ok the second"},
    FaultInfo{Fault::cut_clean, "cut-clean", "tokens", 5, "a clean HTTP end after that many tokens, without a terminator"},
    FaultInfo{Fault::close_after, "close-after", "", 0, "ok, then the kept connection is closed without a word"},
    FaultInfo{Fault::redirect, "redirect", "", 0, "307 to another path of this server"},
    FaultInfo{Fault::slow_body, "slow-body", "ms", 1, "the body a byte at a time, that far apart"},
    FaultInfo{Fault::split_utf8, "split-utf8", "", 0, "every event in two TCP segments, cut inside a character where it has one"},
    FaultInfo{Fault::odd_framing, "odd-framing", "", 0, "CRLF, comments and data over several lines"},
    FaultInfo{Fault::malformed_chunk, "malformed-chunk", "tokens", 5, "an event that is no JSON after that many tokens"},
    FaultInfo{Fault::gzip, "gzip", "", 0, "gzip, whatever Accept-Encoding says"},
    FaultInfo{Fault::wrong_type, "wrong-type", "", 0, "200 with a page of HTML"},
    FaultInfo{Fault::empty_body, "empty-body", "", 0, "200 with nothing in it"},
    FaultInfo{Fault::huge_chunk, "huge-chunk", "bytes", 2 << 20, "one token of that many bytes"},
    FaultInfo{Fault::error_in_200, "error-in-200", "", 0, "200 with an error as JSON"},
    FaultInfo{Fault::error_in_stream, "error-in-stream", "tokens", 5, "an error event after that many tokens, no terminator"},
    FaultInfo{Fault::early_done, "early-done", "tokens", 5, "the terminator after that many tokens, no finish reason"},
    FaultInfo{Fault::no_done, "no-done", "", 0, "a whole answer with its finish reason, but no terminator"},
    FaultInfo{Fault::duplicate_tool_ids, "duplicate-tool-ids", "", 0, "two tool calls with one id"},
    FaultInfo{Fault::tool_order, "tool-order", "", 0, "two tool calls, the second index first"},
    FaultInfo{Fault::parallel_tools, "parallel-tools", "calls", 2, "that many tool calls at once (at most 16), in order"},
    FaultInfo{Fault::wrong_usage, "wrong-usage", "", 0, "usage that contradicts itself and the answer"},
    FaultInfo{Fault::no_usage, "no-usage", "", 0, "no usage, asked for or not"},
    FaultInfo{Fault::refusal, "refusal", "", 0, "the model refuses"},
    FaultInfo{Fault::content_filter, "content-filter", "tokens", 5, "the provider's filter ends the answer"},
    FaultInfo{Fault::length, "length", "tokens", 5, "the answer ends at that many tokens for its length"},
    FaultInfo{Fault::pace, "pace", "ms", 20, "ok, tokens that far apart"},
};

const FaultInfo* find(std::string_view name) {
    const auto* found = std::ranges::find(kFaults, name, &FaultInfo::name);
    return found == kFaults.end() ? nullptr : found;
}

bool read_number(std::string_view text, std::int64_t& number) {
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
    return ec == std::errc{} && end == text.data() + text.size() && number >= 0;
}
}  // namespace

std::span<const FaultInfo> faults() noexcept { return kFaults; }

const FaultInfo& info(Fault fault) noexcept { return *std::ranges::find(kFaults, fault, &FaultInfo::fault); }

Result<Chosen> choose_fault(std::string_view model) {
    if (const auto* known = find(model)) return Chosen{known->fault, known->number};
    std::int64_t number = 0;
    if (model.starts_with("flaky-") && read_number(model.substr(6), number)) return Chosen{Fault::flaky, std::min(number, kMaxNumber)};
    const auto at = model.rfind('@');
    if (at == std::string_view::npos) return Chosen{};
    const auto* known = find(model.substr(0, at));
    if (known == nullptr || known->argument.empty() || !read_number(model.substr(at + 1), number)) {
        return fail(Code::not_found, "no such model here; GET /v1/models lists the names, and a number may follow some of them: stall@5");
    }
    const std::int64_t most = known->fault == Fault::huge_chunk ? std::int64_t{64} << 20 : kMaxNumber;
    return Chosen{known->fault, std::min(number, most)};
}
}  // namespace rondo::mock
