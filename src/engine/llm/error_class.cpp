#include "engine/llm/error_class.hpp"

#include <utility>

namespace rondo::llm {
const char* name(ErrorClass error_class) noexcept {
    switch (error_class) {
        case ErrorClass::caller_fault: return "caller_fault";
        case ErrorClass::config_fault: return "config_fault";
        case ErrorClass::overloaded: return "overloaded";
        case ErrorClass::provider_fault: return "provider_fault";
        case ErrorClass::timeout: return "timeout";
        case ErrorClass::policy_refusal: return "policy_refusal";
        case ErrorClass::cancelled: return "cancelled";
    }
    return "provider_fault";
}

namespace {
Error make(Code code, std::string_view reason, std::string message) {
    return {.code = code, .message = std::move(message), .reason = std::string{reason}};
}
}  // namespace

Error provider_error(ErrorClass error_class, std::string message) {
    switch (error_class) {
        case ErrorClass::caller_fault: return make(Code::invalid_argument, reason::kRefusedRequest, std::move(message));
        case ErrorClass::config_fault: return make(Code::failed_precondition, reason::kKeyRefused, std::move(message));
        case ErrorClass::overloaded: return make(Code::resource_exhausted, reason::kOverloaded, std::move(message));
        case ErrorClass::provider_fault: break;
        case ErrorClass::timeout: return make(Code::deadline_exceeded, reason::kSilent, std::move(message));
        case ErrorClass::policy_refusal: return make(Code::permission_denied, reason::kPolicyRefusal, std::move(message));
        case ErrorClass::cancelled: return make(Code::cancelled, "", std::move(message));
    }
    return make(Code::unavailable, reason::kFault, std::move(message));
}

ErrorClass class_of(const Error& error) noexcept {
    if (error.reason == reason::kKeyRefused) return ErrorClass::config_fault;
    if (error.reason == reason::kPolicyRefusal) return ErrorClass::policy_refusal;
    switch (error.code) {
        case Code::cancelled: return ErrorClass::cancelled;
        case Code::invalid_argument:
        case Code::not_found:
        case Code::unimplemented: return ErrorClass::caller_fault;
        case Code::resource_exhausted: return ErrorClass::overloaded;
        case Code::deadline_exceeded: return ErrorClass::timeout;
        case Code::permission_denied: return ErrorClass::policy_refusal;
        case Code::failed_precondition:
        case Code::unauthenticated: return ErrorClass::config_fault;
        default: return ErrorClass::provider_fault;
    }
}
}  // namespace rondo::llm
