#include "app/auth.hpp"

#include "platform/files/read_file.hpp"

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

namespace rondo::app {
namespace {
constexpr std::size_t kMaxPem = 64U << 10U;
}  // namespace

Result<std::shared_ptr<const guard::JwtVerifier>> make_verifier(const AuthConfig& config) {
    const auto& jwt = config.jwt;
    if (jwt.key_file.empty()) return nullptr;
    const auto pem = files::read_file(jwt.key_file, kMaxPem);
    const auto refuse = [](std::string why) {
        return fail(Error{
            .code = Code::invalid_argument, .message = "tokens cannot be checked", .faults = {{"auth.jwt.key_file", std::move(why)}}});
    };
    if (!pem || pem->empty()) return refuse(fmt::format("{} cannot be read", jwt.key_file.string()));
    auto made = guard::JwtVerifier::make({.public_key = *pem,
                                          .issuer = jwt.issuer,
                                          .audience = jwt.audience,
                                          .leeway = jwt.leeway,
                                          .tenant_claim = jwt.tenant_claim,
                                          .user_claim = jwt.user_claim,
                                          .scope_claim = jwt.scope_claim,
                                          .limits = {config.requests_per_minute, config.tokens_per_minute}});
    if (!made) return refuse(made.error().message);
    return std::make_shared<const guard::JwtVerifier>(std::move(*made));
}

bool loopback(const std::string& host) {
    boost::system::error_code ec;
    const auto address = boost::asio::ip::make_address(host, ec);
    if (ec) return false;
    const bool mapped = address.is_v6() && address.to_v6().is_v4_mapped();
    return mapped ? boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6()).is_loopback() : address.is_loopback();
}

Status check_exposure(const std::string& host, const guard::KeyBook& keys, bool tokens) {
    if (loopback(host) || tokens || !keys.empty()) return {};
    return fail(Error{
        .code = Code::invalid_argument,
        .message = fmt::format("server.host is {}, which others can reach, but there is no API key: make one with `rondo keys create` "
                               "(and the same --data), set auth.jwt, or listen on 127.0.0.1",
                               host),
        .faults = {{"server.host", "needs an API key or auth.jwt"}},
        .reason = "KEYS_REQUIRED"});
}
}  // namespace rondo::app
