#include "platform/net/problem.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace rondo::net {
namespace {
struct ReasonStatus {
    std::string_view reason;
    int status;
};
constexpr ReasonStatus kReasons[] = {
    {"MALFORMED_REQUEST", 400},  {"MALFORMED_TARGET", 400},     {"MALFORMED_JSON", 400},    {"INVALID_UTF8", 400},
    {"TOO_DEEP", 400},           {"METHOD_NOT_ALLOWED", 405},   {"NOT_ACCEPTABLE", 406},    {"REQUEST_TIMEOUT", 408},
    {"TOO_LARGE", 413},          {"BODY_TOO_LARGE", 413},       {"TARGET_TOO_LONG", 414},   {"UNSUPPORTED_MEDIA_TYPE", 415},
    {"EXPECTATION_FAILED", 417}, {"IDEMPOTENCY_MISMATCH", 422}, {"HEADERS_TOO_LARGE", 431}, {"PROVIDER_KEY_REFUSED", 502},
    {"UNKNOWN_METHOD", 501},     {"UNSUPPORTED_VERSION", 505},  {"UNKNOWN_HOST", 421},      {"WEBSOCKET_VERSION", 426},
};

int code_status(Code code) noexcept {
    switch (code) {
        case Code::cancelled: return 499;
        case Code::invalid_argument: return 400;
        case Code::deadline_exceeded: return 504;
        case Code::not_found: return 404;
        case Code::already_exists: return 409;
        case Code::permission_denied: return 403;
        case Code::resource_exhausted: return 429;
        case Code::failed_precondition: return 409;
        case Code::aborted: return 409;
        case Code::unimplemented: return 501;
        case Code::internal: return 500;
        case Code::unavailable: return 503;
        case Code::data_loss: return 500;
        case Code::unauthenticated: return 401;
        case Code::insufficient_storage: return 507;
    }
    return 500;
}

std::string cased(std::string_view word, char from, char to) {
    std::string changed{word};
    for (char& c : changed) {
        if (c >= from && c <= to) c = static_cast<char>(c ^ 0x20);
    }
    return changed;
}
}  // namespace

int http_status(const Error& error) noexcept {
    for (const auto& [reason, status] : kReasons) {
        if (error.reason == reason) return status;
    }
    if (error.code == Code::invalid_argument && !error.faults.empty()) return 422;
    return code_status(error.code);
}

std::string_view status_phrase(int status) noexcept {
    switch (status) {
        case 101: return "Switching Protocols";
        case 200: return "OK";
        case 201: return "Created";
        case 202: return "Accepted";
        case 204: return "No Content";
        case 301: return "Moved Permanently";
        case 302: return "Found";
        case 303: return "See Other";
        case 304: return "Not Modified";
        case 307: return "Temporary Redirect";
        case 308: return "Permanent Redirect";
        case 400: return "Bad Request";
        case 401: return "Unauthorized";
        case 403: return "Forbidden";
        case 404: return "Not Found";
        case 405: return "Method Not Allowed";
        case 406: return "Not Acceptable";
        case 408: return "Request Timeout";
        case 409: return "Conflict";
        case 410: return "Gone";
        case 412: return "Precondition Failed";
        case 413: return "Content Too Large";
        case 414: return "URI Too Long";
        case 415: return "Unsupported Media Type";
        case 417: return "Expectation Failed";
        case 421: return "Misdirected Request";
        case 422: return "Unprocessable Content";
        case 426: return "Upgrade Required";
        case 429: return "Too Many Requests";
        case 431: return "Request Header Fields Too Large";
        case 499: return "Client Closed Request";
        case 500: return "Internal Server Error";
        case 501: return "Not Implemented";
        case 502: return "Bad Gateway";
        case 503: return "Service Unavailable";
        case 504: return "Gateway Timeout";
        case 505: return "HTTP Version Not Supported";
        case 507: return "Insufficient Storage";
        default: return "Unknown";
    }
}

Response problem(const Error& error, std::string_view instance, std::string_view trace_id) {
    const int status = http_status(error);
    const std::string_view word = error.reason.empty() ? std::string_view{name(error.code)} : std::string_view{error.reason};
    const std::string_view title = status_phrase(status);
    boost::json::object body{
        {"type", "urn:rondo:error:" + cased(word, 'A', 'Z')},
        {"title", boost::json::string_view{title.data(), title.size()}},
        {"status", status},
        {"detail", error.message},
        {"code", cased(word, 'a', 'z')},
    };
    if (!instance.empty()) body["instance"] = boost::json::string_view{instance.data(), instance.size()};
    if (!trace_id.empty()) body["trace_id"] = boost::json::string_view{trace_id.data(), trace_id.size()};
    if (!error.faults.empty()) {
        boost::json::array errors;
        for (const Fault& fault : error.faults) errors.push_back({{"pointer", fault.path}, {"detail", fault.message}});
        body["errors"] = std::move(errors);
    }
    if (!error.details.empty()) {
        boost::system::error_code ec;
        const auto details = boost::json::parse(error.details, ec);
        if (!ec && details.is_object()) body.insert(details.get_object().begin(), details.get_object().end());
    }
    Response response{.status = status, .content_type = "application/problem+json", .body = boost::json::serialize(body)};
    const auto wait = std::chrono::ceil<std::chrono::seconds>(error.retry_after).count();
    if (wait > 0 || error.code == Code::unavailable || error.code == Code::resource_exhausted) {
        set_header(response, "Retry-After", std::to_string(std::max<decltype(wait)>(wait, 1)));
    }
    return response;
}

void set_header(Response& response, std::string_view name, std::string value) {
    const auto known = std::ranges::find_if(response.headers, [&](const Header& header) { return same_word(header.name, name); });
    if (known == response.headers.end()) {
        response.headers.push_back({std::string{name}, std::move(value)});
    } else {
        known->value = std::move(value);
    }
}
}  // namespace rondo::net
