#pragma once
#include "edge/mock/attempts.hpp"
#include "edge/mock/plan.hpp"
#include "edge/mock/script.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

namespace rondo::mock {
/// The provider without its sockets: a request becomes a plan. Thread-safe.
///
/// An answer depends on the request alone, but for three things that are remembered, each bounded and dropped whole when full: how often
/// a conversation came to `flaky` and `cut-once`, which prompt prefixes were seen (they count as cached from then on), and the plans of
/// requests seen before, which then cost a look-up.
class Service {
public:
    struct Config {
        std::string key{};             ///< empty: everybody may ask
        std::size_t tokens{24};        ///< of an answer that no script gives
        std::chrono::milliseconds pace{0};  ///< between two tokens of a stream
        Script script{};
        std::string certificate{};     ///< what GET /certificate tells
    };
    struct Answered {
        std::shared_ptr<const Plan> plan;    ///< never null
        std::shared_ptr<const Asked> asked;  ///< null: no attempt, such as a look at the log
    };

    explicit Service(Config config);

    [[nodiscard]] Answered answer(const net::Request& request);
    /// What is answered to bytes that are no HTTP.
    [[nodiscard]] static Plan refuse(const Error& error);

    [[nodiscard]] AttemptLog& log() { return log_; }
    [[nodiscard]] const AttemptLog& log() const { return log_; }
    /// Empties the log and forgets all that later answers could depend on.
    void forget();

private:
    struct TextHash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
    };
    struct Kept {
        std::string path;
        bool versioned{false};  ///< anthropic-version was there
        Answered answered;
    };
    enum class Place { chat, messages, embeddings, models, attempts, certificate, unknown };

    [[nodiscard]] static Place place_of(std::string_view path);
    [[nodiscard]] Answered model_call(Place place, const net::Request& request);
    [[nodiscard]] Answered own_page(Place place, const net::Request& request);
    [[nodiscard]] Answered fresh(Place place, const net::Request& request, bool& keep);
    [[nodiscard]] Reply reply_to(Ask& ask, const net::Request& request, bool& keep);
    [[nodiscard]] bool allowed(const net::Request& request) const;
    [[nodiscard]] CacheShare share_of(const Ask& ask, bool& keep);
    [[nodiscard]] std::int64_t times(std::uint64_t conversation);

    Config config_;
    AttemptLog log_;
    TimePoint start_{Clock::now()};
    std::mutex mutex_;  // guards what follows
    std::map<std::uint64_t, std::int64_t> visits_;
    std::set<std::uint64_t> prefixes_;
    std::unordered_map<std::string, Kept, TextHash, std::equal_to<>> plans_;
    std::size_t plan_bytes_{0};
};
}  // namespace rondo::mock
