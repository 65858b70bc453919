#pragma once
#include "base/result.hpp"
#include "cores.hpp"
#include "gateway_caller.hpp"
#include "program.hpp"
#include "server.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rondo::bench {
/// A provider and a server in front of it, each a process of its own. The server has one core and one event
/// loop to itself, and everything on: a key with limits, a budget, breaker, ledger, metrics, trace. Provider and driver share the other
/// cores: as long as the rig lives, the calling thread is kept there.
class GatewayRig {
public:
    struct Options {
        std::filesystem::path binary, scenarios;
        std::filesystem::path data;  ///< of the server; the models trained on it stay there for the next rig
        std::size_t tokens{24};  ///< of each answer
        std::vector<std::string> settings{};  ///< of the server, KEY=VALUE
    };
    /// Errors: those of the programs and of app::KeyFolder.
    [[nodiscard]] static Result<std::unique_ptr<GatewayRig>> start(const Options& options);

    /// Where a question goes.
    enum class Way { direct, through };
    [[nodiscard]] std::uint16_t port(Way way) const { return way == Way::direct ? mock_.port : server_.port; }
    /// A chat completion as a client asks for it. `model`: as the provider calls it, "ok" or "pace@20". `extra`: bytes of text more.
    [[nodiscard]] std::string request(Way way, std::string_view model, bool stream, std::size_t extra = 0) const;
    /// The same through rondo with a key whose secret is another one; its checksum is right.
    [[nodiscard]] std::string request_with_bad_key() const;

    struct Used {
        std::chrono::nanoseconds server, mock, driver;
    };
    [[nodiscard]] Used used() const;  ///< processor time since each began
    [[nodiscard]] std::int64_t server_rss_kib() const { return rss_kib(server_.child->process()); }
    [[nodiscard]] const Cores& cores() const { return cores_; }

    /// Empties the provider's log of attempts. Errors: those of fetch().
    [[nodiscard]] Status forget_attempts() const;
    /// Requests that have reached the provider since. Errors: also `internal` (not understood).
    [[nodiscard]] Result<std::int64_t> attempts() const;

private:
    explicit GatewayRig(Cores cores) : cores_{std::move(cores)}, pinned_{cores_.others} {}
    [[nodiscard]] Status make_key(const std::filesystem::path& data);

    Cores cores_;
    Pinned pinned_;
    std::string key_, bad_key_;
    Program mock_{}, server_{};
};
}  // namespace rondo::bench
