#pragma once
#include "talk/turn/repository.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rondo::turn {
/// The words a text must hold, all of them, in any order and also inside longer words: Chinese has no spaces to go by.
/// Case and width make no difference. A value.
class SearchWords {
public:
    static constexpr std::size_t kMaxBytes = 200;
    static constexpr std::size_t kMaxWords = 8;

    /// Errors: `invalid_argument` (longer than kMaxBytes, more than kMaxWords; fault `q`).
    [[nodiscard]] static Result<SearchWords> parse(std::string_view text);
    [[nodiscard]] bool empty() const { return words_.empty(); }
    [[nodiscard]] bool in(std::string_view text) const;
    /// The part of `text` where the words are, about 120 bytes of it.
    [[nodiscard]] std::string snippet(std::string_view text) const;

private:
    std::vector<std::string> words_;  // folded
};

/// Where in a session the words were found; in its title when there is no message.
struct FoundSession {
    StoredSession session;
    struct Message {
        std::int64_t turn{0};
        bool by_user{false};
        std::string snippet;
    };
    std::optional<Message> message{};
};

struct FoundPage {
    std::vector<FoundSession> items;
    std::int64_t next{0};  ///< go on before this key; 0: everything was looked at
};

namespace repository {
/// The sessions within reach whose title, or one of whose messages, holds all the words; newest first, those older than `before` (a key; 0:
/// from the newest). Reads texts, there is no index: one call looks at kMaxScanned turns at most, so a page may be short, or
/// empty, and still have a `next`. On a reader thread. Errors: those of list().
inline constexpr std::int64_t kMaxScanned = 20'000;
Result<FoundPage> search(store::Reader& reader, const Scope& caller, Reach reach, const SearchWords& words, std::int64_t before,
                         std::int64_t limit);
}  // namespace repository
}  // namespace rondo::turn
