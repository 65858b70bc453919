#include "base/ids.hpp"

#include "base/clock.hpp"
#include "base/rng.hpp"

#include <algorithm>

namespace rondo {
bool valid_id(std::string_view text) noexcept {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == ':' || c == '-';
    };
    return !text.empty() && text.size() <= 128 && std::ranges::all_of(text, allowed);
}

std::string new_id(std::string_view prefix, Rng& rng) {
    static constexpr char kAlphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";
    const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::wall().time_since_epoch()).count();
    std::string id{prefix};
    for (int shift = 45; shift >= 0; shift -= 5) id += kAlphabet[(static_cast<unsigned long long>(millis) >> shift) & 31];
    std::uint64_t bits = 0;
    for (int i = 0; i < 16; ++i) {
        if (i % 8 == 0) bits = rng.next();  // 40 bits used of each draw
        id += kAlphabet[(bits >> (5 * (i % 8))) & 31];
    }
    return id;
}
}  // namespace rondo
