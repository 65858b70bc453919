#pragma once
#include "platform/store/reader.hpp"
#include "talk/turn/session_feed.hpp"

#include <cstdint>
#include <string>
#include <vector>

/// The events of a session as the tables tell them again, places included: for readers who come later than memory reaches back.
/// Every function runs on a reader thread, inside Database::read. Errors: `data_loss` and what the store reports.
namespace rondo::turn::session_log {
struct Place {
    std::int64_t session;  ///< its key
    std::string id;
    std::int64_t turns;    ///< number of its newest turn that has ended
};

/// The last `seq` that was given out in `epoch`; 0: none.
[[nodiscard]] Result<std::int64_t> last_seq(store::Reader& reader, const Place& where, std::int64_t epoch);
/// The events later than `after` and earlier than `before`, oldest first, of one turn with whatever advice stands before and among
/// them. Empty: there are none.
[[nodiscard]] Result<std::vector<SessionEvent>> read(store::Reader& reader, const Place& where, store::EventId after,
                                                     store::EventId before);
}  // namespace rondo::turn::session_log
