#pragma once
#include "engine/llm/provider_stream.hpp"
#include "engine/llm/provider_transport.hpp"
#include "engine/llm/provider_whole.hpp"
#include "engine/llm/target.hpp"
#include "engine/llm/target_config.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rondo::llm {
/// What the two APIs have in common as targets: one attempt over HTTP.
///
/// A sink makes it a stream, none makes it one JSON answer. Thoughts that nobody is shown are told as empty deltas, signs of
/// life; a ping is none. An attempt ends whole, or as a Failure; when the finish reason came, a late cut, a missing sentinel
/// or being stopped does no harm.
/// Thread-safe: immutable but for the counters.
class ProviderTarget : public Target {
public:
    /// Counted since the beginning.
    struct Stats {
        std::uint64_t attempts{0}, bad_chunks{0};  ///< bad_chunks: skipped in streams
    };

    [[nodiscard]] std::string_view id() const final { return id_; }
    [[nodiscard]] const Abilities& abilities() const final { return abilities_; }
    [[nodiscard]] Clocks clocks() const final { return clocks_of(config_); }
    [[nodiscard]] std::string_view billed_as(const ModelRequest& request) const final {
        return config_.model.empty() ? request.model : config_.model;
    }
    [[nodiscard]] Tokens longest_answer(const ModelRequest& request) const final {
        return Tokens{request.sampling.max_tokens.value_or(config_.max_tokens)};
    }
    asio::awaitable<Outcome> attempt(const ModelRequest& request, const DeltaSink& sink, CallContext ctx) final;
    [[nodiscard]] Stats stats() const { return {attempts_.load(std::memory_order_relaxed), bad_chunks_.load(std::memory_order_relaxed)}; }

protected:
    ProviderTarget(std::string id, TargetConfig config, ApiKey key, std::shared_ptr<ProviderTransport> transport);

    [[nodiscard]] virtual std::string path() const = 0;  ///< below the base URL, query included
    [[nodiscard]] virtual std::vector<net::Header> headers() const = 0;
    [[nodiscard]] virtual Result<std::string> write(const ModelRequest& request, const wire::RequestOptions& options) const = 0;
    [[nodiscard]] virtual std::unique_ptr<wire::ProviderStream> stream_reader(const ModelRequest& request) const = 0;
    [[nodiscard]] virtual wire::WholeOutcome read_whole(std::string_view body, const ModelRequest& request) const = 0;

    [[nodiscard]] const TargetConfig& config() const { return config_; }
    [[nodiscard]] const BaseUrl& base() const { return base_; }
    [[nodiscard]] const ApiKey& key() const { return key_; }
    /// Of a request that names no model at a target without one.
    [[nodiscard]] Failure nameless() const;
    /// Sends and reads one JSON answer whole. Errors: as a failure without usage.
    asio::awaitable<std::expected<std::string, Failure>> ask(net::ClientRequest request, CallContext ctx);

private:
    struct Call;
    asio::awaitable<Outcome> read_stream(Call& call);
    asio::awaitable<Outcome> read_json(Call& call);
    /// Reads the body to its end; a longer one than `max_bytes` is an error.
    asio::awaitable<Result<std::string>> body_of(ProviderReply& reply, std::size_t max_bytes, CallContext ctx);
    asio::awaitable<Failure> refusal(ProviderReply& reply, CallContext ctx);
    [[nodiscard]] Completion completed(const Call& call, Completion whole, const wire::Bill& bill) const;

    std::string id_;
    TargetConfig config_;
    BaseUrl base_;
    ApiKey key_;
    Abilities abilities_;
    std::shared_ptr<ProviderTransport> transport_;
    std::atomic<std::uint64_t> attempts_{0}, bad_chunks_{0};
};
}  // namespace rondo::llm
