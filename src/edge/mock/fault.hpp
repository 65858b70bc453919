#pragma once
#include "base/result.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace rondo::mock {
/// What a provider may do to its caller. The request's `model` chooses: the name of a fault, or `name@number`.
enum class Fault : std::uint8_t {
    ok,
    // refused with an error answer
    rate_limit,
    rate_limit_bare,
    unavailable,
    server_error,
    overloaded,
    key_refused,
    forbidden,
    not_found,
    too_large,
    context_too_long,
    no_prefill,
    flaky,
    // the connection
    reset_before_head,
    reset_after_head,
    reset_mid_stream,
    hang,
    slow_first_token,
    stall,
    cut,
    cut_once,
    cut_clean,
    close_after,
    redirect,
    // the bytes
    slow_body,
    split_utf8,
    odd_framing,
    malformed_chunk,
    gzip,
    wrong_type,
    empty_body,
    huge_chunk,
    // the meaning
    error_in_200,
    error_in_stream,
    early_done,
    no_done,
    duplicate_tool_ids,
    tool_order,
    parallel_tools,
    wrong_usage,
    no_usage,
    refusal,
    content_filter,
    length,
    pace,
};

struct FaultInfo {
    Fault fault;
    std::string_view name;
    std::string_view argument;  ///< what the number means; empty: there is none
    std::int64_t number;        ///< without one in the name
    std::string_view what;      ///< what the caller sees
};

/// Every fault, in the order of the documentation.
[[nodiscard]] std::span<const FaultInfo> faults() noexcept;
[[nodiscard]] const FaultInfo& info(Fault fault) noexcept;

struct Chosen {
    Fault fault{Fault::ok};
    std::int64_t number{0};
};

/// The fault that a model's name asks for; a name that is none of ours, such as a real model's, answers as `ok`. The number may follow a
/// '-' too where that is common ("flaky-2"). Errors: `not_found` for '@' behind an unknown name or before a bad number: a slip, surely.
[[nodiscard]] Result<Chosen> choose_fault(std::string_view model);
}  // namespace rondo::mock
