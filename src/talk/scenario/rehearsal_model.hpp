#pragma once
#include "base/describe.hpp"
#include "engine/llm/model.hpp"
#include "talk/scenario/pack.hpp"

#include <chrono>
#include <functional>

namespace rondo::scenario {
/// The embedded model: says the lines written in a scenario pack. It is not a language model and does not pose as one.
///
/// A pure function of the request and the pack: the same (pack, session, turn, seed, history) gives the same answer on every
/// machine. Stateless; `complete` may run on many executors at once. Usage counts the history, the sources and the answer
/// with text::TokenCounter.
class RehearsalModel final : public llm::Model {
public:
    struct Config {
        std::chrono::milliseconds delta_pace{0};  ///< wait before each delta; 0: no timer and larger deltas
        std::int64_t seed{0};                     ///< mixed with the request's: another seed, another rehearsal
    };
    /// Finds a pack by its id and content hash; null when there is none. Thread-safe.
    using Lookup = std::function<std::shared_ptr<const ScenarioPack>(std::string_view id, std::uint64_t version)>;

    static constexpr std::string_view kName = "rehearsal-1";
    static constexpr std::string_view kBilledAs = "rehearsal";  ///< its price in ledger::PriceTable (0)
    /// Tokens in one delta: with a pace one, without this many.
    static constexpr std::size_t kUnpacedTokens = 64;

    /// What it reads of a request: the history and the sources.
    [[nodiscard]] static Tokens input_tokens(const llm::ModelRequest& request);

    RehearsalModel(Config config, Lookup lookup) : config_{config}, lookup_{std::move(lookup)} {}

    [[nodiscard]] std::string_view name() const override { return kName; }
    /// Errors: `not_found` (no such pack), the sink's, `cancelled`, `deadline_exceeded`.
    asio::awaitable<Result<llm::Completion>> complete(llm::ModelRequest request, llm::DeltaSink sink, CallContext ctx) override;

private:
    Config config_;
    Lookup lookup_;
};

template <class Visitor>
void describe(Visitor& v, RehearsalModel::Config& c) {
    using namespace std::chrono_literals;
    v.field("delta_pace_ms", c.delta_pace, Reload::restart, "Wait before each delta of the embedded model; 0 streams at once.",
            in(0ms, 1000ms));
    v.field("seed", c.seed, Reload::restart, "Another seed chooses other lines of the same pack.", in(0, 1'000'000'000));
}
}  // namespace rondo::scenario
