#include "platform/net/request_parser.hpp"

#include "platform/net/field_line.hpp"
#include "platform/net/target.hpp"

#include <boost/beast/http/basic_parser.hpp>

#include <algorithm>
#include <charconv>
#include <optional>

namespace rondo::net {
namespace {
namespace http = boost::beast::http;
using ErrorCode = boost::beast::error_code;
using StringView = boost::beast::string_view;

std::unexpected<Error> refuse(const char* reason, const char* message) {
    return fail(Error{.code = Code::invalid_argument, .message = message, .reason = reason});
}
std::unexpected<Error> malformed(const char* message) { return refuse("MALFORMED_REQUEST", message); }

/// A method, a target and what may be a version, so that nobody finds other borders between them.
bool three_words(std::string_view line) {
    constexpr std::string_view kVersion = "HTTP/d.d";
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    const auto words = std::ranges::count(line, ' ') + 1;
    const auto version = line.substr(std::min(line.rfind(' '), line.size() - 1) + 1);
    return words == 3 && version.size() == kVersion.size() && version.starts_with("HTTP/") && digit(version[5]) && version[6] == '.' &&
           digit(version[7]);
}

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

/// Beast's grammar of a head, writing straight into our Request.
class RequestParser::Grammar {
public:
    explicit Grammar(Request& request) : request_{request} {}

    /// What the head had of the fields that decide framing; check_head() judges.
    std::size_t hosts{0}, lengths{0}, codings{0};
    bool known_method{true};
    int version{11};

    /// `head`: whole, up to the empty line.
    void read(std::string_view head, std::size_t max_header_bytes, ErrorCode& ec) {
        hosts = lengths = codings = 0;
        known_method = true;
        parser_.emplace(*this);
        parser_->body_limit(boost::none);  // ours is known only after routing
        parser_->header_limit(static_cast<std::uint32_t>(max_header_bytes));
        parser_->put({head.data(), head.size()}, ec);
    }
    [[nodiscard]] bool keep_alive() const { return parser_->keep_alive(); }

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
        void on_field_impl(http::field field, StringView name, StringView value, ErrorCode&) override {
            owner_.hosts += field == http::field::host;
            owner_.lengths += field == http::field::content_length;
            owner_.codings += field == http::field::transfer_encoding;
            owner_.request_.headers.push_back({std::string{view(name)}, std::string{view(value)}});
        }
        // It is given heads alone.
        void on_response_impl(int, StringView, int, ErrorCode&) override {}
        void on_header_impl(ErrorCode&) override {}
        void on_body_init_impl(const boost::optional<std::uint64_t>&, ErrorCode&) override {}
        std::size_t on_body_impl(StringView, ErrorCode&) override { return 0; }
        void on_chunk_header_impl(std::uint64_t, StringView, ErrorCode&) override {}
        std::size_t on_chunk_body_impl(std::uint64_t, StringView, ErrorCode&) override { return 0; }
        void on_finish_impl(ErrorCode&) override {}
        Grammar& owner_;
    };

    Request& request_;
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
    length_ = scanned_ = line_start_ = lines_ = 0;
    chunks_.reset();
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

    ErrorCode ec;
    grammar_->read(bytes.substr(0, scanned_), limits_.max_header_bytes, ec);
    if (ec == http::error::bad_version) return refuse("UNSUPPORTED_VERSION", "speak HTTP/1.1");
    if (ec && ec != http::error::need_more) return malformed("the request line or a header is malformed");
    if (const auto fine = check_head(); !fine) return propagate(fine);
    state_ = chunks_ || length_ > 0 ? State::body : State::done;
    return scanned_;
}

/// `line` ends before its LF.
Status RequestParser::check_line(std::string_view line) {
    if (!line.ends_with('\r')) return malformed("lines must end with CR LF");
    line.remove_suffix(1);
    if (line.find('\r') != std::string_view::npos) return malformed("a bare CR is not a line end");
    if (lines_ == 0) {
        const bool plain = std::ranges::all_of(line, value_char) && !line.contains('\t');
        if (!plain) return malformed("the request line holds a control character");
        return three_words(line) ? Status{} : malformed("the request line is a method, a target and HTTP/1.1, with one space between");
    }
    if (line.empty()) return {};
    if (lines_ > limits_.max_headers) return refuse("HEADERS_TOO_LARGE", "send fewer headers");
    const char* const fault = fault_of_field(line);
    return fault ? malformed(fault) : Status{};
}

Status RequestParser::check_head() {
    version_ = grammar_->version;
    if (!grammar_->known_method) return refuse("UNKNOWN_METHOD", "this method is not known here");
    if (request_.target.size() > limits_.max_target_bytes) return refuse("TARGET_TOO_LONG", "shorten the request target");
    if (grammar_->hosts > 1 || (version_ >= 11 && grammar_->hosts == 0)) return malformed("send exactly one Host header");
    const auto host = request_.header("Host");
    if (grammar_->hosts == 1 && !valid_host(host)) return malformed("Host must be one name or address, and perhaps a port");

    if (grammar_->lengths > 1) return malformed("send Content-Length once");
    if (grammar_->lengths == 1) {
        if (grammar_->codings > 0) return malformed("send Content-Length or Transfer-Encoding, not both");
        const auto length = request_.header("Content-Length");
        const bool digits = std::ranges::all_of(length, [](char c) { return c >= '0' && c <= '9'; });
        if (!digits || length.empty() || length.size() > 18) return malformed("Content-Length must be decimal digits");
        std::from_chars(length.data(), length.data() + length.size(), length_);
    }
    if (grammar_->codings > 0) {
        const bool chunked = grammar_->codings == 1 && same_word(request_.header("Transfer-Encoding"), "chunked");
        if (!chunked || version_ < 11) return malformed("the only transfer coding accepted is chunked, in HTTP/1.1");
        chunks_.emplace();
    }
    if (const auto expect = request_.header("Expect"); !expect.empty() && version_ >= 11) {
        if (!same_word(expect, "100-continue")) return refuse("EXPECTATION_FAILED", "only 100-continue can be expected");
        expects_continue_ = true;
    }

    auto target = parse_target(request_.target);
    if (!target) return propagate(target);
    // Whoever is in front of us may have gone by the other one.
    if (!target->authority.empty() && grammar_->hosts == 1 && !same_host(target->authority, host)) {
        return malformed("the target's host and the Host header differ");
    }
    request_.path = std::move(target->path);
    request_.query = std::move(target->query);
    request_.keep_alive = version_ >= 11 && grammar_->keep_alive();  // keep-alive in 1.0 was never standardised
    return {};
}

Status RequestParser::limit_body(std::size_t max_bytes) {
    max_body_ = max_bytes;
    if (length_ > max_bytes) return refuse("BODY_TOO_LARGE", "send a shorter body");
    // A declared length is a claim, not a reason to take memory: beyond this the body grows as it arrives.
    request_.body.reserve(std::min<std::size_t>(length_, 64U << 10U));
    return {};
}

Result<std::size_t> RequestParser::feed_body(std::string_view bytes) {
    if (chunks_) {
        auto used = chunks_->feed(bytes, request_.body, max_body_ - request_.body.size());
        if (chunks_->done()) state_ = State::done;
        return used;
    }
    const auto used = std::min<std::size_t>(bytes.size(), length_ - request_.body.size());
    request_.body.append(bytes.substr(0, used));
    if (request_.body.size() == length_) state_ = State::done;
    return used;
}
}  // namespace rondo::net
