#pragma once
#include "base/result.hpp"
#include "edge/mock/attempts.hpp"
#include "edge/mock/script.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rondo::mock {
/// A deterministic provider of models that speaks OpenAI's and Anthropic's APIs over real sockets and misbehaves on request: the fixture
/// of tests and the counterpart of the benchmark. docs/mock-provider.md tells what it answers and lists its faults.
///
/// Runs on threads of its own between `start` and `stop`. The observers are thread-safe.
class Provider {
public:
    struct Options {
        std::string host{"127.0.0.1"};     ///< an IPv4 or IPv6 literal
        int port{0};                       ///< 0: the system chooses
        std::optional<int> tls_port{};     ///< with a self-signed certificate that is valid now
        std::optional<int> expired_tls_port{};  ///< with one that was valid until yesterday
        std::string key{};                 ///< what callers must send; empty: nothing
        std::size_t tokens{24};            ///< of an answer that no script gives
        std::chrono::milliseconds pace{0}; ///< between two tokens of a stream; 0: a stream leaves in one write
        Script script{};
        std::size_t threads{1};            ///< event loops, > 0
    };

    explicit Provider(Options options);
    ~Provider();  ///< stops
    Provider(const Provider&) = delete;
    Provider& operator=(const Provider&) = delete;

    /// Listens and serves. Call once. Errors: those of `net::RawServer::listen` and `net::TestIdentity::make`.
    [[nodiscard]] Status start();
    /// Closes every connection, whatever was promised on it, and joins the threads. Never from one of them.
    void stop();

    [[nodiscard]] std::uint16_t port() const;
    [[nodiscard]] std::uint16_t tls_port() const;          ///< 0 without one
    [[nodiscard]] std::uint16_t expired_tls_port() const;  ///< 0 without one
    [[nodiscard]] std::string certificate_pem() const;     ///< of `tls_port`, for a client that is to trust it

    [[nodiscard]] std::vector<Attempt> attempts() const;
    /// Empties the log; `flaky`, `cut-once` and the prompt cache begin anew.
    void forget();
    /// Waits until `enough` says so of the attempts; false after `patience`. An attempt ends a moment after its caller has read the
    /// last byte, so tests wait for the end rather than look for it.
    bool wait_for(const std::function<bool(const std::vector<Attempt>&)>& enough, Clock::duration patience) const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};
}  // namespace rondo::mock
