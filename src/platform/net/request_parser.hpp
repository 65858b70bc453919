#pragma once
#include "base/result.hpp"
#include "platform/net/chunked_body.hpp"
#include "platform/net/message.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

namespace rondo::net {
/// Reads one HTTP/1.x request after the other from bytes. Pure: no socket, no clock.
///
/// Boost.Beast knows the grammar of heads; this class refuses everything that two servers in a row could read differently: bare CR
/// or LF, folded headers, Content-Length that repeats or is not digits, Content-Length beside Transfer-Encoding, any coding
/// but exactly "chunked", sloppy chunks, a Host that is missing, repeated, odd or another than the target's. After an error the connection
/// cannot go on: where the next request begins is unknown.
class RequestParser {
public:
    struct Limits {
        std::size_t max_header_bytes{64U << 10U};  ///< request line and headers together
        std::size_t max_target_bytes{8U << 10U};
        std::size_t max_headers{100};
    };
    enum class State {
        idle,  ///< not one byte of the next request was seen
        head,
        body,  ///< the head is known: `request()` has all but the body
        done,
    };

    explicit RequestParser(Limits limits);
    ~RequestParser();

    /// Consumes a prefix of `bytes` and returns its length; stops at the end of the head and at the end of the request.
    /// What was not consumed must be given again, with more behind it.
    /// Errors: `invalid_argument` with reason MALFORMED_REQUEST, MALFORMED_TARGET, TARGET_TOO_LONG, HEADERS_TOO_LARGE,
    /// BODY_TOO_LARGE, EXPECTATION_FAILED, UNKNOWN_METHOD or UNSUPPORTED_VERSION.
    [[nodiscard]] Result<std::size_t> feed(std::string_view bytes);

    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] const Request& request() const { return request_; }
    [[nodiscard]] Request& request() { return request_; }
    /// HTTP/1.0 peers do not know chunks.
    [[nodiscard]] bool chunks_understood() const { return version_ >= 11; }
    [[nodiscard]] bool expects_continue() const { return expects_continue_; }

    /// Once the head is known: refuses longer bodies, at once if the length is declared.
    [[nodiscard]] Status limit_body(std::size_t max_bytes);
    /// Forgets this request and expects the next.
    void next();

private:
    class Grammar;
    [[nodiscard]] Result<std::size_t> feed_head(std::string_view bytes);
    [[nodiscard]] Result<std::size_t> feed_body(std::string_view bytes);
    [[nodiscard]] Status check_line(std::string_view line);
    [[nodiscard]] Status check_head();

    Limits limits_;
    State state_{State::idle};
    Request request_;
    std::unique_ptr<Grammar> grammar_;
    std::size_t scanned_{0};     // bytes of the unfinished head already looked at
    std::size_t line_start_{0};
    std::size_t lines_{0};
    std::size_t max_body_{0};
    std::size_t length_{0};      // of the body, as declared
    std::optional<ChunkedBody> chunks_;
    int version_{11};
    bool expects_continue_{false};
    bool skipped_blank_{false};
};
}  // namespace rondo::net
