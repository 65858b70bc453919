#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rondo::net {
enum class Method { get, head, post, put, delete_, options, other };

/// "GET", "HEAD", ...; "OTHER" for a method no route of ours can have.
[[nodiscard]] std::string_view name(Method method) noexcept;

struct Header {
    std::string name, value;
};

/// Equal without regard to ASCII case.
[[nodiscard]] bool same_word(std::string_view a, std::string_view b) noexcept;
/// The value of the first header of that name (any case); empty when there is none.
[[nodiscard]] std::string_view find_header(const std::vector<Header>& headers, std::string_view name) noexcept;

/// A request as received, framing removed.
struct Request {
    Method method{Method::get};
    std::string target;  ///< as sent
    std::string path;    ///< percent-decoded, begins with '/'; an encoded '/' never gets this far
    std::string query;   ///< after '?', still encoded, every escape known to be valid
    std::vector<Header> headers;
    std::string body;
    std::string peer;  ///< address of the other side, without port
    bool keep_alive{true};
    bool secure{false};  ///< came over TLS

    [[nodiscard]] std::string_view header(std::string_view name) const noexcept { return find_header(headers, name); }
    /// The first value of `key`, decoded ('+' is a space); empty string for a key without '='.
    [[nodiscard]] std::optional<std::string> query_value(std::string_view key) const;
};

/// An answer. Content-Length, Connection, Server and X-Content-Type-Options are added by the server.
/// Control characters in header values are sent as spaces.
struct Response {
    int status{200};
    std::string content_type{"application/json"};  ///< empty: no such header
    std::vector<Header> headers{};
    std::string body{};
    std::shared_ptr<const std::string> shared_body{};  ///< sent instead of `body` when set: assets, kept answers
};
}  // namespace rondo::net
