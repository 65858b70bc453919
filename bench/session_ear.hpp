#pragma once
#include "base/result.hpp"

#include <proto/rondo.pb.h>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace rondo::bench {
/// What a client of rondo.v1.pb knows of one session. Outlives its connections: each new one goes on where the last broke off. Pure.
class SessionEar {
public:
    /// A turn as it was told.
    struct Turn {
        std::uint32_t number{0};
        std::string text{};                      ///< of the answer
        std::optional<std::uint32_t> answer_bytes{};  ///< as the server counts them, once it has ended
    };
    enum class Heard : std::uint8_t { nothing, text, end };

    explicit SessionEar(std::string session) : session_{std::move(session)} {}

    /// Where to ask for the upgrade: it names the session and the place of what was heard last, so that all later events follow.
    [[nodiscard]] std::string target() const;
    /// Some of an answer has been told, and not its end.
    [[nodiscard]] bool in_an_answer() const { return !turns_.empty() && !turns_.back().text.empty() && !turns_.back().answer_bytes; }
    /// The frame that begins a turn; the same `message_id` again is the same turn.
    [[nodiscard]] static std::string start_turn(std::string_view message, std::string_view message_id);

    /// Takes one frame of the server. Errors: `data_loss` (no frame), `internal` (a command was refused, or an event of no turn).
    [[nodiscard]] Result<Heard> hear(std::string_view frame);

    /// Bound to the session: from here on a cut loses nothing.
    [[nodiscard]] bool bound() const { return epoch_ != 0 || seq_ != 0 || welcomed_; }
    [[nodiscard]] bool accepted(const std::string& message_id) const { return accepted_.contains(message_id); }
    [[nodiscard]] const std::vector<Turn>& turns() const { return turns_; }
    [[nodiscard]] std::int64_t duplicates() const { return duplicates_; }  ///< events that were told twice

private:
    [[nodiscard]] bool new_event(const v1::Frame& frame);
    [[nodiscard]] Result<Heard> take(const v1::Frame& frame);

    std::string session_;
    bool welcomed_{false};
    std::uint32_t epoch_{0}, seq_{0};  // of the last event
    std::vector<Turn> turns_;
    std::set<std::string> accepted_;  // message ids
    std::int64_t duplicates_{0};
};
}  // namespace rondo::bench
