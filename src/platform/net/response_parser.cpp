#include "platform/net/response_parser.hpp"

#include "platform/net/chunk_border.hpp"

#include <boost/beast/http/basic_parser.hpp>

#include <optional>

namespace rondo::net {
namespace {
namespace http = boost::beast::http;
using ErrorCode = boost::beast::error_code;
using StringView = boost::beast::string_view;
constexpr std::uint32_t kMaxHeader = 64U << 10U;
}  // namespace

class ResponseParser::Grammar {
public:
    Grammar(bool to_head, std::size_t max_body) : to_head_{to_head}, max_body_{max_body} { restart(); }

    Result<std::size_t> feed(std::string_view bytes) {
        std::size_t used = 0;
        while (used < bytes.size() && !parser_->is_done()) {
            if (parser_->is_header_done() && parser_->chunked() && !any_chunk_ && awaits_last_chunk(bytes.substr(used))) break;
            ErrorCode ec;
            used += parser_->put({bytes.data() + used, bytes.size() - used}, ec);
            if (ec == http::error::body_limit || response.body.size() > max_body_)
                return fail(Code::resource_exhausted, "the answer is too long");
            if (ec == http::error::need_more) break;
            if (ec) return fail(Code::unavailable, "the peer does not speak HTTP/1.1: " + ec.message());
            if (parser_->is_done() && interim()) restart();
        }
        if (bytes.size() - used > kMaxHeader) return fail(Code::unavailable, "the peer sent an endless line");
        return used;
    }
    Status finish() {
        if (parser_->is_done()) return {};
        ErrorCode ec = http::error::partial_message;
        if (parser_->got_some()) parser_->put_eof(ec);
        if (ec) return fail(Code::unavailable, "the peer closed before its answer was complete");
        return {};
    }
    [[nodiscard]] bool head_done() const { return parser_->is_header_done() && !interim(); }
    [[nodiscard]] bool done() const { return parser_->is_done(); }
    [[nodiscard]] bool keep_alive() const { return parser_->keep_alive(); }

    ClientResponse response;

private:
    class Parser final : public http::basic_parser<false> {
    public:
        explicit Parser(Grammar& owner) : owner_{owner} {}

    private:
        void on_request_impl(http::verb, StringView, StringView, int, ErrorCode&) override {}
        void on_response_impl(int status, StringView, int, ErrorCode&) override { owner_.response.status = status; }
        void on_field_impl(http::field, StringView name, StringView value, ErrorCode&) override {
            if (!is_header_done()) owner_.response.headers.push_back({{name.data(), name.size()}, {value.data(), value.size()}});
        }
        void on_header_impl(ErrorCode&) override {}
        void on_body_init_impl(const boost::optional<std::uint64_t>&, ErrorCode&) override {}
        std::size_t on_body_impl(StringView body, ErrorCode&) override { return append(body); }
        void on_chunk_header_impl(std::uint64_t, StringView, ErrorCode&) override { owner_.any_chunk_ = true; }
        std::size_t on_chunk_body_impl(std::uint64_t, StringView body, ErrorCode&) override { return append(body); }
        void on_finish_impl(ErrorCode&) override {}

        std::size_t append(StringView body) {
            owner_.response.body.append(body.data(), body.size());
            return body.size();
        }
        Grammar& owner_;
    };

    [[nodiscard]] bool interim() const { return response.status / 100 == 1; }
    void restart() {
        response = {};
        any_chunk_ = false;
        parser_.emplace(*this);
        parser_->eager(true);
        parser_->skip(to_head_);
        parser_->body_limit(boost::none);  // a stream may be endless; feed() bounds what waits
        parser_->header_limit(kMaxHeader);
    }

    bool to_head_;
    std::size_t max_body_;
    bool any_chunk_{false};
    std::optional<Parser> parser_;
};

ResponseParser::ResponseParser(bool to_head, std::size_t max_body_bytes) : grammar_{std::make_unique<Grammar>(to_head, max_body_bytes)} {}
ResponseParser::~ResponseParser() = default;
ResponseParser::ResponseParser(ResponseParser&&) noexcept = default;
ResponseParser& ResponseParser::operator=(ResponseParser&&) noexcept = default;

Result<std::size_t> ResponseParser::feed(std::string_view bytes) { return grammar_->feed(bytes); }
Status ResponseParser::finish() { return grammar_->finish(); }
bool ResponseParser::head_done() const { return grammar_->head_done(); }
bool ResponseParser::done() const { return grammar_->done(); }
bool ResponseParser::keep_alive() const { return grammar_->keep_alive(); }
ClientResponse& ResponseParser::response() { return grammar_->response; }
}  // namespace rondo::net
