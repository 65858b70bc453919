#include "platform/net/origin.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <charconv>
#include <optional>

namespace rondo::net {
namespace {
constexpr std::string_view kDigits = "0123456789";

std::string lower(std::string_view text) {
    std::string out{text};
    for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    return out;
}

/// "name", "name:port", "[address]" or "[address]:port".
struct Place {
    std::string_view name;  ///< with the brackets of an IPv6 address
    std::string_view port;  ///< digits without leading zeros; empty: none was given
};

std::optional<Place> parse_place(std::string_view text) {
    Place place{.name = text, .port = {}};
    const auto bracket = text.starts_with('[') ? text.find(']') : std::string_view::npos;
    if (text.starts_with('[') && bracket == std::string_view::npos) return std::nullopt;
    const auto colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
    if (colon != std::string_view::npos) {
        place = {.name = text.substr(0, colon), .port = text.substr(colon + 1)};
        unsigned number = 0;
        const auto* end = place.port.data() + place.port.size();
        const auto read = std::from_chars(place.port.data(), end, number);
        if (read.ec != std::errc{} || read.ptr != end || number == 0 || number > 65'535 || place.port.starts_with('0')) return std::nullopt;
    }
    if (!is_host_name(place.name)) return std::nullopt;
    return place;
}

bool default_port(std::string_view scheme, std::string_view port) { return port == (scheme == "https" ? "443" : "80"); }

bool is_loopback(std::string_view name) {
    if (name == "localhost" || name.ends_with(".localhost")) return true;  // RFC 6761: never anybody else's
    if (name.starts_with('[')) name = name.substr(1, name.size() - 2);
    boost::system::error_code ec;
    const auto address = boost::asio::ip::make_address(name, ec);
    return !ec && address.is_loopback();
}

std::unexpected<Error> refuse(const char* reason, const char* message) {
    return fail(Error{.code = Code::permission_denied, .message = message, .reason = reason});
}
std::unexpected<Error> foreign() {
    return refuse("FOREIGN_ORIGIN", "pages of this origin may not use the server; its operator can list them in server.allowed_origins");
}
}  // namespace

OriginPolicy::OriginPolicy(Lists lists) : lists_{std::move(lists)} {
    for (auto& host : lists_.hosts) host = lower(host);
}

OriginPolicy::Standing OriginPolicy::standing(const Request& request) const {
    const std::string* origin = nullptr;
    for (const auto& header : request.headers) {
        if (!same_word(header.name, "Origin")) continue;
        if (origin) return Standing::foreign;  // which one a browser sent nobody knows
        origin = &header.value;
    }
    if (!origin) return Standing::none;
    if (std::ranges::find(lists_.origins, *origin) != lists_.origins.end()) return Standing::allowed;
    const auto host = lower(request.header("Host"));
    const auto place = parse_place(host);
    if (!place) return Standing::foreign;
    std::string own{request.secure ? "https" : "http"};
    const bool with_port = !place->port.empty() && !default_port(own, place->port);
    own.append("://").append(place->name);
    if (with_port) own.append(":").append(place->port);
    return *origin == own ? Standing::same : Standing::foreign;
}

Status OriginPolicy::admit(const Request& request) const {
    const bool reads = request.method == Method::get || request.method == Method::head || request.method == Method::options;
    if (reads || standing(request) != Standing::foreign) return {};
    return foreign();
}

Status OriginPolicy::admit_web_socket(const Request& request, bool by_ticket) const {
    const auto found = standing(request);
    if (found == Standing::foreign) return foreign();
    if (found == Standing::none && by_ticket) {
        return refuse("FOREIGN_ORIGIN",
                      "tickets are for browsers, which send an Origin; programs send their key as `authorization: Bearer …`");
    }
    return {};
}

Status OriginPolicy::admit_host(const Request& request) const {
    const auto host = lower(request.header("Host"));
    const auto place = parse_place(host);
    if (place && (is_loopback(place->name) || std::ranges::find(lists_.hosts, place->name) != lists_.hosts.end())) return {};
    return refuse("UNKNOWN_HOST",
                  "this server is open to everybody on its machine and answers only to names of it, such as localhost; make an API key "
                  "with `rondo keys create`, or list the name in server.allowed_hosts");
}

bool is_origin(std::string_view text) {
    for (const std::string_view scheme : {"http", "https"}) {
        if (!text.starts_with(scheme) || !text.substr(scheme.size()).starts_with("://")) continue;
        const auto place = parse_place(text.substr(scheme.size() + 3));
        return place && !default_port(scheme, place->port) && lower(text) == text;
    }
    return false;
}

bool is_host_name(std::string_view text) {
    if (text.starts_with('[')) {
        if (!text.ends_with(']')) return false;
        boost::system::error_code ec;
        static_cast<void>(boost::asio::ip::make_address_v6(std::string{text.substr(1, text.size() - 2)}, ec));
        return !ec;
    }
    const auto good = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || kDigits.find(c) != std::string_view::npos || c == '.' || c == '-' ||
               c == '_';
    };
    return !text.empty() && text.size() <= 253 && text.front() != '.' && std::ranges::all_of(text, good);
}
}  // namespace rondo::net
