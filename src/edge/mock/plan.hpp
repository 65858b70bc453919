#pragma once
#include "base/clock.hpp"
#include "edge/mock/reply.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace rondo::mock {
/// Bytes that leave in one write, after a pause.
struct Piece {
    Clock::duration pause{};
    std::string bytes;
    int tokens{0};
};

/// All that will happen on the connection: the pieces in order, and then the end. A value; nothing is decided while it is played.
struct Plan {
    enum class End : std::uint8_t {
        keep,     ///< the connection waits for the next request
        close,    ///< an orderly end of the connection
        reset,    ///< an abort
        silence,  ///< nothing more, until the caller leaves
    };
    int status{0};  ///< 0: no head is sent
    std::vector<Piece> pieces;
    End end{End::keep};
};

/// What becomes of a reply under a fault. `pace`: between two tokens of a stream; without one, all that needs no pause before it
/// leaves in one write, head included.
[[nodiscard]] Plan plan_of(const Reply& reply, const Chosen& chosen, Clock::duration pace);
}  // namespace rondo::mock
