#include "app/takeover.hpp"

#include "app/version.hpp"

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include <string>

namespace rondo::app {
namespace {
asio::ip::address address_of(std::string host) {
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    boost::system::error_code ignored;  // an address that is none was refused long before
    return asio::ip::make_address(host, ignored);
}

/// The socket goes over as it is: a server that moved would leave those behind who wait at the old address.
Status check_place(const net::Predecessor::Place& place, const net::HttpServer::Config& server) {
    const bool same_port = server.port == 0 || server.port == place.port;
    if (same_port && address_of(server.host) == address_of(place.host)) return {};
    return fail(Code::invalid_argument,
                fmt::format("the running server listens on {} port {}, the configuration says {} port {}; configure the "
                            "same, or stop it and start this one",
                            place.host, place.port, server.host, server.port));
}

std::int64_t millis_since(TimePoint then) { return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - then).count(); }
}  // namespace

Result<net::Inheritance> Takeover::inherit(const Config& config) {
    auto found = net::Predecessor::ask(config.data, kVersion);
    if (!found && found.error().code == Code::not_found) {
        log_.info("takeover_from_nobody", {{"message", "no server runs on this data folder; starting as usual"}});
        return net::Inheritance{};
    }
    if (!found) return propagate(found);
    const auto place = found->place();
    if (!place) return propagate(place);
    if (const auto same = check_place(*place, config.server); !same) return propagate(same);
    gone_ = Clock::now();
    if (const auto began = found->go(); !began) return propagate(began);
    predecessor_ = std::move(*found);
    log_.info("takeover_begins", {{"from_process", std::int64_t{predecessor_->process()}}, {"from_version", predecessor_->program()}});
    auto estate = predecessor_->wait([this](std::string_view progress) { log_.info("takeover_waits", {{"message", progress}}); });
    if (!estate) return propagate(estate);
    if (estate->died) log_.warn("takeover_from_the_dead", {{"message", "the running server ended before it had let go; recovering"}});
    log_.info("takeover_inherits",
              {{"connections", static_cast<std::int64_t>(estate->inheritance.connections.size())}, {"after_ms", millis_since(gone_)}});
    return std::move(estate->inheritance);
}

void Takeover::serving() {
    if (!predecessor_) return;
    if (const auto told = predecessor_->serving(); !told) log_.info("takeover_unheard", {{"message", told.error().message}});
    log_.info("took_over", {{"from_process", std::int64_t{predecessor_->process()}}, {"took_ms", millis_since(gone_)}});
}
}  // namespace rondo::app
