#pragma once
#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace rondo::net {
/// Takes the chunks off a request's body (RFC 9112, 7.1). Pure; one body, fed as it arrives, each byte looked at once.
///
/// Strict, since what two servers read differently is where requests are smuggled: sizes are hexadecimal digits and nothing else, lines end
/// with CR LF and nowhere else. Extensions must be well formed and mean nothing. Trailers must be well formed, must not be about framing,
/// and are dropped.
class ChunkedBody {
public:
    /// Appends to `body` what `bytes` hold of it, `room` at most, and returns how many of them belong to this request: all, or up to the
    /// end of the body. Errors: `invalid_argument` with reason MALFORMED_REQUEST, BODY_TOO_LARGE (more than `room`).
    [[nodiscard]] Result<std::size_t> feed(std::string_view bytes, std::string& body, std::size_t room);
    [[nodiscard]] bool done() const { return state_ == State::done; }

private:
    enum class State : std::uint8_t {
        size,  // digits, at least one
        extension,  // behind ';'
        value,  // behind '='
        quoted,
        escaped,  // behind '\' in a quoted value
        size_lf,
        data,
        data_cr,
        data_lf,
        trailer,
        trailer_lf,
        done,
    };
    [[nodiscard]] const char* step(char c);
    [[nodiscard]] const char* end_trailer();

    State state_{State::size};
    std::uint64_t size_{0};  // of the present chunk; then what is left of it
    std::size_t digits_{0};
    std::size_t line_{0};  // bytes of the present line, or of all trailers
    std::size_t framing_{0};  // bytes that are not the body's
    std::size_t body_{0};
    std::size_t trailers_{0};
    std::string trailer_;  // the present line
};
}  // namespace rondo::net
