#include "platform/net/request_parser.hpp"

#include "platform/net/chunk_border.hpp"
#include "platform/net/target.hpp"

#include <boost/beast/http/basic_parser.hpp>

#include <algorithm>
#include <optional>

namespace rondo::net {
namespace {
namespace http = boost::beast::http;
using ErrorCode = boost::beast::error_code;
using StringView = boost::beast::string_view;

constexpr std::size_t kMaxChunkLine = 8U << 10U;  // a chunk's size line with extensions, or all trailers together

std::unexpected<Error> refuse(const char* reason, const char* message) {
    return fail(Error{.code = Code::invalid_argument, .message = message, .reason = reason});
}
std::unexpected<Error> malformed(const char* message) { return refuse("MALFORMED_REQUEST", message); }

std::string_view view(StringView text) { return {text.data(), text.size()}; }

Method to_method(http::verb verb) {
    switch (verb) {
        case http::verb::get: return Method::get;
        case http::verb::head: return Method::head;
        case http::verb::post: return Method::post;
        case http::verb::put: return Method::put;
        case http::verb::delete_: return Method::delete_;
        case http::verb::options: return Method::options;
        default: return Method::other;
    }
}
}  // namespace

/// Beast's grammar writing straight into our Request.
class RequestParser::Grammar {
public:
    explicit Grammar(Request& request) : request_{request} {}

    /// What the head had of the fields that decide framing; check_head() judges.
    std::size_t hosts{0}, lengths{0}, codings{0};
    bool known_method{true};
    int version{11};

    void start(std::size_t max_header_bytes) {
        hosts = lengths = codings = 0;
        any_chunk_ = false;
        known_method = true;
        parser_.emplace(*this);
        parser_->eager(true);
        parser_->body_limit(boost::none);  // ours is known only after routing
        parser_->header_limit(static_cast<std::uint32_t>(max_header_bytes));
    }
    std::size_t put(std::string_view bytes, ErrorCode& ec) { return parser_->put({bytes.data(), bytes.size()}, ec); }
    [[nodiscard]] bool waits_for_more_than(std::string_view bytes) const {
        return parser_->chunked() && !any_chunk_ && awaits_last_chunk(bytes);
    }
    [[nodiscard]] bool head_done() const { return parser_->is_header_done(); }
    [[nodiscard]] bool done() const { return parser_->is_done(); }
    [[nodiscard]] bool keep_alive() const { return parser_->keep_alive(); }
    [[nodiscard]] std::optional<std::uint64_t> content_length() const {
        const auto length = parser_->content_length();
        return length ? std::optional{*length} : std::nullopt;
    }

private:
    class Parser final : public http::basic_parser<true> {
    public:
        explicit Parser(Grammar& owner) : owner_{owner} {}

    private:
        void on_request_impl(http::verb verb, StringView, StringView target, int version, ErrorCode&) override {
            owner_.request_.method = to_method(verb);
            owner_.request_.target.assign(target.data(), target.size());
            owner_.known_method = verb != http::verb::unknown;
            owner_.version = version;
        }
        void on_response_impl(int, StringView, int, ErrorCode&) override {}
        void on_field_impl(http::field field, StringView name, StringView value, ErrorCode&) override {
            if (is_header_done()) return;  // trailers could only contradict the headers
            owner_.hosts += field == http::field::host;
            owner_.lengths += field == http::field::content_length;
            owner_.codings += field == http::field::transfer_encoding;
            owner_.request_.headers.push_back({std::string{view(name)}, std::string{view(value)}});
        }
        void on_header_impl(ErrorCode&) override {}
        void on_body_init_impl(const boost::optional<std::uint64_t>&, ErrorCode&) override {}
        std::size_t on_body_impl(StringView body, ErrorCode&) override { return append(body); }
        void on_chunk_header_impl(std::uint64_t, StringView, ErrorCode&) override { owner_.any_chunk_ = true; }
        std::size_t on_chunk_body_impl(std::uint64_t, StringView body, ErrorCode&) override { return append(body); }
        void on_finish_impl(ErrorCode&) override {}

        std::size_t append(StringView body) {
            owner_.request_.body.append(body.data(), body.size());
            return body.size();
        }
        Grammar& owner_;
    };

    Request& request_;
    bool any_chunk_{false};
    std::optional<Parser> parser_;  // Beast's parsers read one message each
};

RequestParser::RequestParser(Limits limits) : limits_{limits}, grammar_{std::make_unique<Grammar>(request_)} {}
RequestParser::~RequestParser() = default;

void RequestParser::next() {
    state_ = State::idle;
    request_.method = Method::get;  // an error answer must not depend on the request before
    request_.path.clear();
    request_.headers.clear();
    request_.body.clear();
    scanned_ = line_start_ = lines_ = framed_ = 0;
    expects_continue_ = skipped_blank_ = false;
}

Result<std::size_t> RequestParser::feed(std::string_view bytes) {
    if (state_ == State::done || bytes.empty()) return std::size_t{0};
    return state_ == State::body ? feed_body(bytes) : feed_head(bytes);
}

/// Looks at each line once, also when the head arrives byte by byte; Beast sees it only when it is whole.
Result<std::size_t> RequestParser::feed_head(std::string_view bytes) {
    if (state_ == State::idle && !skipped_blank_ && bytes.front() == '\r') {  // some clients end a body with a line break
        if (bytes.size() < 2) return std::size_t{0};
        skipped_blank_ = true;
        if (bytes[1] == '\n') return std::size_t{2};
    }
    if (scanned_ == 0 && (bytes.front() < 'A' || bytes.front() > 'Z')) return malformed("this port speaks HTTP/1.1");  // TLS, for one
    state_ = State::head;
    for (;;) {
        const auto end = bytes.find('\n', scanned_);
        const std::size_t line_bytes = std::min(end, bytes.size()) - line_start_;
        if (lines_ == 0 && line_bytes > limits_.max_target_bytes + 32) return refuse("TARGET_TOO_LONG", "shorten the request target");
        if (std::min(end, bytes.size()) >= limits_.max_header_bytes) return refuse("HEADERS_TOO_LARGE", "send fewer or shorter headers");
        if (end == std::string_view::npos) {
            scanned_ = bytes.size();
            return std::size_t{0};
        }
        const auto line = bytes.substr(line_start_, end - line_start_);
        if (const auto fine = check_line(line); !fine) return propagate(fine);
        scanned_ = line_start_ = end + 1;
        ++lines_;
        if (line == "\r") break;
    }

    grammar_->start(limits_.max_header_bytes);
    ErrorCode ec;
    grammar_->put(bytes.substr(0, scanned_), ec);
    if (ec == http::error::bad_version) return refuse("UNSUPPORTED_VERSION", "speak HTTP/1.1");
    if (ec) return malformed("the request line or a header is malformed");
    if (const auto fine = check_head(); !fine) return propagate(fine);
    state_ = grammar_->done() ? State::done : State::body;
    return scanned_;
}

/// `line` ends before its LF.
Status RequestParser::check_line(std::string_view line) {
    if (!line.ends_with('\r')) return malformed("lines must end with CR LF");
    line.remove_suffix(1);
    if (line.find('\r') != std::string_view::npos) return malformed("a bare CR is not a line end");
    if (line.find('\0') != std::string_view::npos) return malformed("a NUL has no place in a header");
    if (lines_ == 0) return {};
    if (line.starts_with(' ') || line.starts_with('\t')) return malformed("folded headers are not accepted");
    if (lines_ > limits_.max_headers && !line.empty()) return refuse("HEADERS_TOO_LARGE", "send fewer headers");
    return {};
}

Status RequestParser::check_head() {
    version_ = grammar_->version;
    if (!grammar_->known_method) return refuse("UNKNOWN_METHOD", "this method is not known here");
    if (request_.target.size() > limits_.max_target_bytes) return refuse("TARGET_TOO_LONG", "shorten the request target");
    if (grammar_->hosts > 1 || (version_ >= 11 && grammar_->hosts == 0)) return malformed("send exactly one Host header");

    if (grammar_->lengths > 1) return malformed("send Content-Length once");
    if (grammar_->lengths == 1) {
        if (grammar_->codings > 0) return malformed("send Content-Length or Transfer-Encoding, not both");
        const auto length = request_.header("Content-Length");
        const bool digits = std::ranges::all_of(length, [](char c) { return c >= '0' && c <= '9'; });
        if (!digits || length.empty() || length.size() > 18) return malformed("Content-Length must be decimal digits");
    }
    if (grammar_->codings > 0) {
        const bool chunked = grammar_->codings == 1 && same_word(request_.header("Transfer-Encoding"), "chunked");
        if (!chunked || version_ < 11) return malformed("the only transfer coding accepted is chunked, in HTTP/1.1");
    }
    if (const auto expect = request_.header("Expect"); !expect.empty() && version_ >= 11) {
        if (!same_word(expect, "100-continue")) return refuse("EXPECTATION_FAILED", "only 100-continue can be expected");
        expects_continue_ = true;
    }

    auto target = parse_target(request_.target);
    if (!target) return propagate(target);
    request_.path = std::move(target->path);
    request_.query = std::move(target->query);
    request_.keep_alive = version_ >= 11 && grammar_->keep_alive();  // keep-alive in 1.0 was never standardised
    return {};
}

Status RequestParser::limit_body(std::size_t max_bytes) {
    max_body_ = max_bytes;
    const auto length = grammar_->content_length();
    if (length && *length > max_bytes) return refuse("BODY_TOO_LARGE", "send a shorter body");
    // A declared length is a claim, not a reason to take memory: beyond this the body grows as it arrives.
    if (length) request_.body.reserve(std::min<std::size_t>(*length, 64U << 10U));
    return {};
}

Result<std::size_t> RequestParser::feed_body(std::string_view bytes) {
    if (grammar_->waits_for_more_than(bytes)) return std::size_t{0};
    ErrorCode ec;
    const std::size_t used = grammar_->put(bytes, ec);
    framed_ += used;
    if (request_.body.size() > max_body_) return refuse("BODY_TOO_LARGE", "send a shorter body");
    if (ec && ec != http::error::need_more) return malformed("a chunk is malformed");
    // Chunks of one byte with long extensions would cost far more than the body they carry.
    if (framed_ > kMaxChunkLine + 16 * request_.body.size()) return malformed("the chunks are almost empty");
    if (grammar_->done()) {
        state_ = State::done;
    } else if (bytes.size() - used > kMaxChunkLine) {
        return malformed("a chunk header or the trailers are too long");
    }
    return used;
}
}  // namespace rondo::net
