#pragma once
#include <chrono>
#include <expected>
#include <string>
#include <utility>
#include <vector>

namespace rondo {
/// What went wrong, in gRPC's words; `platform/net/problem.cpp` holds the one table from here to HTTP.
enum class Code {
    cancelled,            ///< our caller gave up; not a failure, never retried or logged as one
    invalid_argument,     ///< the caller's fault; `Error::faults` names the places
    deadline_exceeded,
    not_found,
    already_exists,
    permission_denied,
    resource_exhausted,   ///< a limit of ours: rate, budget, queue length
    failed_precondition,  ///< the system is not in the state this needs
    aborted,              ///< a concurrent change won: busy session, lost lease, failed guard
    unimplemented,
    internal,             ///< our fault
    unavailable,          ///< try again later
    data_loss,            ///< stored bytes are damaged
    unauthenticated,
    insufficient_storage, ///< the disk is full: reads go on, writes are refused (our one addition to gRPC's set)
};

/// The name of a code as it appears in logs, metrics and problem bodies, e.g. "not_found".
[[nodiscard]] const char* name(Code code) noexcept;

/// One fault of many: where (a JSON pointer, a configuration key or `file:line`) and what to do about it.
struct Fault {
    std::string path;
    std::string message;
    bool operator==(const Fault&) const = default;
};

/// The message says what to do next and carries no user text.
struct Error {
    Code code;
    std::string message;
    std::vector<Fault> faults{};
    std::string reason{};  ///< stable upper-case word for programs, e.g. "IDEMPOTENCY_MISMATCH"; empty: the code says it
    std::chrono::milliseconds retry_after{0};  ///< when a repeat may do better; 0: not known
    std::string details{};  ///< further members for programs, as the text of a JSON object; "" for none
};

template <class T>
using Result = std::expected<T, Error>;
using Status = Result<void>;

/// `return fail(Code::unavailable, "...")` reads like a sentence and converts to any Result.
[[nodiscard]] inline std::unexpected<Error> fail(Code code, std::string message) {
    return std::unexpected{Error{code, std::move(message)}};
}
[[nodiscard]] inline std::unexpected<Error> fail(Error error) { return std::unexpected{std::move(error)}; }

/// Passes a failed result's error on as another result's: `if (!hold) co_return propagate(hold);`
template <class T>
[[nodiscard]] std::unexpected<Error> propagate(const Result<T>& failed) {
    return std::unexpected{failed.error()};
}
}  // namespace rondo
