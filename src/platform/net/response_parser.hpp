#pragma once
#include "base/result.hpp"
#include "platform/net/message.hpp"

#include <cstddef>
#include <memory>
#include <string_view>

namespace rondo::net {
struct ClientResponse {
    int status{0};
    std::vector<Header> headers;
    std::string body;

    [[nodiscard]] std::string_view header(std::string_view name) const noexcept { return find_header(headers, name); }
};

/// Reads one HTTP/1.x response from bytes. Pure. Interim answers (100 to 199) are skipped.
class ResponseParser {
public:
    /// `to_head`: the request was HEAD, so no body follows whatever the headers say.
    ResponseParser(bool to_head, std::size_t max_body_bytes);
    ~ResponseParser();
    ResponseParser(ResponseParser&&) noexcept;
    ResponseParser& operator=(ResponseParser&&) noexcept;

    /// Consumes a prefix of `bytes`; what was not consumed must be given again, with more behind it.
    /// Body bytes are appended to `response().body`, which a streaming reader may take at any time.
    /// Errors: `unavailable` (not HTTP), `resource_exhausted` (more body waiting than the limit).
    [[nodiscard]] Result<std::size_t> feed(std::string_view bytes);
    /// The peer closed. Errors: `unavailable` when that cut the response short.
    [[nodiscard]] Status finish();

    [[nodiscard]] bool head_done() const;
    [[nodiscard]] bool done() const;
    [[nodiscard]] bool keep_alive() const;  ///< once done
    [[nodiscard]] ClientResponse& response();

private:
    class Grammar;
    std::unique_ptr<Grammar> grammar_;
};
}  // namespace rondo::net
