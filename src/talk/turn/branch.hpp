#pragma once
#include "talk/agent/node.hpp"
#include "talk/turn/repository.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rondo::turn {
/// Where a conversation stands after one of its turns: what a turn that follows it has to know. Pasts are shared, not copied.
struct Branch {
    std::int64_t leaf{0};  ///< the turn it ends with; 0: nothing was said yet
    std::string stage;     ///< after that turn
    std::deque<std::shared_ptr<const agent::PastTurn>> history{};   ///< up to the leaf, oldest first, bounded by the configuration
    std::vector<std::shared_ptr<const agent::PastTurn>> rivals{};  ///< turns that already follow the leaf, oldest first, at most kMaxRivals

    static constexpr std::size_t kMaxRivals = 8;
    /// Goes on to the turn that just ended. Keeps the last `most` pasts, one at least.
    void extend(agent::PastTurn past, std::string stage_after, std::size_t most);
};

/// What the table remembers of an ended turn, as later turns look back at it.
[[nodiscard]] agent::PastTurn past_turn(const StoredTurn& turn);

/// The branch that ends with turn `leaf`, at most `most` turns of it; nullopt when there is no ended turn of that number.
/// `initial`: the stage a session begins with. Runs on a reader thread. Errors: the repository's.
[[nodiscard]] Result<std::optional<Branch>> read_branch(store::Reader& reader, std::int64_t session, std::int64_t leaf,
                                                        const std::string& initial, std::size_t most);
}  // namespace rondo::turn
