#pragma once
#include "base/result.hpp"
#include "platform/store/value.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace rondo::store {
class Batch;
class Reader;

/// The first half of a SHA-256: enough that two bodies do not share one by chance or by effort.
using Digest = std::array<std::uint8_t, 16>;

/// One scope's idempotency keys (a session's, a route's): which key came with which body, and what it led to.
///
/// The window in memory is pure and not thread-safe: check and remember in one step on the scope's home thread. It keeps the
/// latest `capacity` keys. The table behind it keeps them all until erase(): a key the window has let go is found by lookup().
class Idempotency {
public:
    static constexpr std::size_t kDefaultCapacity = 4'096;

    struct Entry {
        Digest body;
        std::int64_t result;  ///< the owner's number of what was made, e.g. the turn
        bool operator==(const Entry&) const = default;
    };
    enum class Verdict {
        fresh,     ///< not seen
        same,      ///< seen with this body: answer with what it led to
        conflict,  ///< seen with another body: refuse
    };

    explicit Idempotency(std::size_t capacity = kDefaultCapacity) : capacity_{capacity} {}

    [[nodiscard]] static Digest digest(std::string_view bytes);
    /// What `found`, when there is one, says about a request with `body`.
    [[nodiscard]] static std::pair<Verdict, std::int64_t> judge(const std::optional<Entry>& found, const Digest& body);

    /// The verdict and, unless fresh, the result.
    [[nodiscard]] std::pair<Verdict, std::int64_t> check(std::string_view key, const Digest& body) const;
    /// The first entry of a key stands; a second is ignored.
    void remember(std::string_view key, const Digest& body, std::int64_t result);
    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
    /// Keys the window let go; when it is not 0, a fresh verdict must be confirmed by lookup().
    [[nodiscard]] std::int64_t evicted() const noexcept { return evicted_; }

    /// The durable side. append: for a projection or the batch that accepts the request.
    static void append(Batch& batch, std::int64_t scope, std::string_view key, const Entry& entry);
    static void erase(Batch& batch, std::int64_t scope);
    [[nodiscard]] static Result<std::optional<Entry>> lookup(Reader& reader, std::int64_t scope, std::string_view key);
    /// The scope's latest keys (by result), as a window.
    [[nodiscard]] static Result<Idempotency> load(Reader& reader, std::int64_t scope, std::size_t capacity = kDefaultCapacity);

private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view key) const noexcept { return std::hash<std::string_view>{}(key); }
    };
    std::size_t capacity_;
    std::unordered_map<std::string, Entry, Hash, std::equal_to<>> entries_;
    std::deque<std::string> order_;  // oldest first
    std::int64_t evicted_{0};
};
}  // namespace rondo::store
