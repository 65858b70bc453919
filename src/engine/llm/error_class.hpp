#pragma once
#include "base/result.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace rondo::llm {
/// Whose fault a failed provider call is. It alone decides what the gateway does next.
///
/// | class          | same target again | next target | feeds the breaker |
/// |----------------|-------------------|-------------|-------------------|
/// | caller_fault   | no                | no          | no                |
/// | config_fault   | no                | yes         | no                |
/// | overloaded     | yes               | yes         | yes               |
/// | provider_fault | yes               | yes         | yes               |
/// | timeout        | no: it is silent  | yes         | yes               |
/// | policy_refusal | no                | no          | no                |
/// | cancelled      | no                | no          | no                |
enum class ErrorClass {
    caller_fault,    ///< the request itself is wrong (400, 404, 413, 422): CONTEXT_TOO_LONG, PROVIDER_REFUSED_REQUEST
    config_fault,    ///< our key or set-up was refused (401, 403): PROVIDER_KEY_REFUSED
    overloaded,      ///< the provider wants less (429, 503, 529): PROVIDER_OVERLOADED
    provider_fault,  ///< the provider or the way to it broke: PROVIDER_FAULT
    timeout,         ///< no first token, a gap, or the attempt's whole clock: PROVIDER_SILENT
    policy_refusal,  ///< a content filter or the model refused: POLICY_REFUSAL
    cancelled,       ///< our caller gave up
};

/// "caller_fault", "config_fault", ...; the label of metrics and the API.
[[nodiscard]] const char* name(ErrorClass error_class) noexcept;

/// `Error::reason` of a failed provider call.
namespace reason {
inline constexpr std::string_view kContextTooLong = "CONTEXT_TOO_LONG";                  ///< invalid_argument
inline constexpr std::string_view kRefusedRequest = "PROVIDER_REFUSED_REQUEST";          ///< invalid_argument, not_found
inline constexpr std::string_view kKeyRefused = "PROVIDER_KEY_REFUSED";                  ///< failed_precondition
inline constexpr std::string_view kOverloaded = "PROVIDER_OVERLOADED";                   ///< resource_exhausted
inline constexpr std::string_view kFault = "PROVIDER_FAULT";                             ///< unavailable
inline constexpr std::string_view kSilent = "PROVIDER_SILENT";                           ///< deadline_exceeded
inline constexpr std::string_view kPolicyRefusal = "POLICY_REFUSAL";                     ///< permission_denied
}  // namespace reason

/// What wire code makes of a provider's failure.
struct ProviderError {
    Error error;
    ErrorClass error_class{ErrorClass::provider_fault};
    std::optional<std::chrono::milliseconds> retry_after{};  ///< what the provider asked for
};

/// The error of a failed call of this class, with the code and reason of the tables above. caller_fault becomes
/// invalid_argument with PROVIDER_REFUSED_REQUEST; change code or reason after for the special ones.
[[nodiscard]] Error provider_error(ErrorClass error_class, std::string message);

/// The class of an error by its reason and, without a known one, its code; what nobody classified is the provider's fault.
[[nodiscard]] ErrorClass class_of(const Error& error) noexcept;

/// Whether such an end says something about the target's health (and so counts in its breaker).
[[nodiscard]] constexpr bool counts_as_failure(ErrorClass error_class) noexcept {
    return error_class == ErrorClass::overloaded || error_class == ErrorClass::provider_fault || error_class == ErrorClass::timeout;
}
/// Whether another target may do better.
[[nodiscard]] constexpr bool try_elsewhere(ErrorClass error_class) noexcept {
    return counts_as_failure(error_class) || error_class == ErrorClass::config_fault;
}
/// Whether the same target may do better when asked again.
[[nodiscard]] constexpr bool try_again(ErrorClass error_class) noexcept {
    return error_class == ErrorClass::overloaded || error_class == ErrorClass::provider_fault;
}
}  // namespace rondo::llm
