#pragma once
#include "talk/turn/record.hpp"

#include <tuple>

namespace rondo::turn::samples {
inline WallTime at(std::int64_t micros) { return WallTime{std::chrono::microseconds{micros}}; }

/// One of each record, every field different from its default.
inline auto all() {
    store::Digest digest{};
    for (std::size_t i = 0; i < digest.size(); ++i) digest[i] = static_cast<std::uint8_t>(0xf0 + i);
    return std::tuple{
        SessionCreated{"acme", "ada", "s_1", "tiny", "Bob", "buyer", "start", "Hello", at(1), ~std::uint64_t{0}},
        TurnAccepted{3, 2, "key", digest, "m_1", "你好\n", std::string(32, 'a'), "d_1", "start", true, true, at(-2), "k_1", "team"},
        NodeFinished{3, "npc", "ok", "stop", R"({"text":"x"})"},
        DeltaWritten{3, "piece"},
        StopRequested{3},
        Restarted{3, false},
        TurnRecord{3, 2, State::failed, 7, "finish", "start", "m_1", "hello", std::string("\x02\0", 2), R"({"npc_response":""})", "t_1",
                   at(5), 12},
        AdviceGiven{3, "t_1", R"({"text":"Ask."})", 7},
        AdviceTold{3, 7, 19},
        FeedbackGiven{"f_1", "acme", "s_1", "hello", "d_1", R"({"speed":1})", "fine", 3, 5, true, at(9)}};
}
}  // namespace rondo::turn::samples
