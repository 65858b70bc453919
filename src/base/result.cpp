#include "base/result.hpp"

namespace rondo {
const char* name(Code code) noexcept {
    switch (code) {
        case Code::cancelled: return "cancelled";
        case Code::invalid_argument: return "invalid_argument";
        case Code::deadline_exceeded: return "deadline_exceeded";
        case Code::not_found: return "not_found";
        case Code::already_exists: return "already_exists";
        case Code::permission_denied: return "permission_denied";
        case Code::resource_exhausted: return "resource_exhausted";
        case Code::failed_precondition: return "failed_precondition";
        case Code::aborted: return "aborted";
        case Code::unimplemented: return "unimplemented";
        case Code::internal: return "internal";
        case Code::unavailable: return "unavailable";
        case Code::data_loss: return "data_loss";
        case Code::unauthenticated: return "unauthenticated";
        case Code::insufficient_storage: return "insufficient_storage";
    }
    return "unknown";
}
}  // namespace rondo
