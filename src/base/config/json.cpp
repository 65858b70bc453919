#include "base/config/builder.hpp"

#include <boost/json/basic_parser_impl.hpp>

#include <limits>

namespace rondo::config {
namespace {
/// Boost.JSON's events do not tell their place, so the text is fed line by line.
struct Handler {
    using error_code = boost::system::error_code;
    using string_view = boost::json::string_view;
    static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
    static constexpr std::size_t max_array_size = std::numeric_limits<std::size_t>::max();
    static constexpr std::size_t max_key_size = kMaxFileBytes;
    static constexpr std::size_t max_string_size = kMaxFileBytes;

    Builder& builder;
    int line{1};
    std::string part{};  // of a string or number that came in pieces

    bool go_on(bool good, error_code& ec) const {
        if (!good) ec = boost::json::error::exception;  // any error stops the parser; the builder has the reason
        return good;
    }
    bool scalar(Node::Kind kind, string_view last, error_code& ec) {
        part.append(last.data(), last.size());
        return go_on(builder.scalar(kind, std::exchange(part, {}), line), ec);
    }
    bool piece(string_view text) {
        part.append(text.data(), text.size());
        return true;
    }

    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }
    bool on_object_begin(error_code& ec) { return go_on(builder.open(Node::Kind::map, line), ec); }
    bool on_object_end(std::size_t, error_code&) { return builder.close(), true; }
    bool on_array_begin(error_code& ec) { return go_on(builder.open(Node::Kind::list, line), ec); }
    bool on_array_end(std::size_t, error_code&) { return builder.close(), true; }
    bool on_key_part(string_view text, std::size_t, error_code&) { return piece(text); }
    bool on_key(string_view text, std::size_t, error_code& ec) { return scalar(Node::Kind::quoted, text, ec); }
    bool on_string_part(string_view text, std::size_t, error_code&) { return piece(text); }
    bool on_string(string_view text, std::size_t, error_code& ec) { return scalar(Node::Kind::quoted, text, ec); }
    bool on_number_part(string_view text, error_code&) { return piece(text); }
    bool on_int64(std::int64_t, string_view text, error_code& ec) { return scalar(Node::Kind::plain, text, ec); }
    bool on_uint64(std::uint64_t, string_view text, error_code& ec) { return scalar(Node::Kind::plain, text, ec); }
    bool on_double(double, string_view text, error_code& ec) { return scalar(Node::Kind::plain, text, ec); }
    bool on_bool(bool flag, error_code& ec) { return scalar(Node::Kind::plain, flag ? "true" : "false", ec); }
    bool on_null(error_code& ec) { return scalar(Node::Kind::null, "", ec); }
    bool on_comment_part(string_view, error_code&) { return true; }
    bool on_comment(string_view, error_code&) { return true; }
};
}  // namespace

void read_json(const std::string& text, Builder& builder) {
    if (text.find_first_not_of(" \t\r\n") == std::string::npos) return;  // empty, as in YAML
    // The builder bounds the depth; the parser's own bound is one past it, so that the message is the same.
    boost::json::basic_parser<Handler> parser{{.max_depth = kMaxDepth + 1}, Handler{builder}};
    boost::system::error_code ec;
    auto& line = parser.handler().line;
    for (std::size_t at = 0; at < text.size() && !ec; ++line) {
        const auto end = std::min(text.find('\n', at), text.size() - 1) + 1;
        const auto read = parser.write_some(end < text.size(), text.data() + at, end - at, ec);
        if (!ec && read < end - at) ec = boost::json::error::extra_data;
        if (ec && builder.faults().empty()) builder.refuse(line, "not valid JSON: " + ec.message());
        at = end;
    }
}
}  // namespace rondo::config
