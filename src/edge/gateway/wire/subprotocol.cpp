#include "edge/gateway/wire/subprotocol.hpp"

#include <algorithm>
#include <array>

namespace rondo::gateway::wire {
namespace {
struct Known {
    Protocol protocol;
    std::string_view name;
};
constexpr std::array kKnown{Known{Protocol::pb, "rondo.v1.pb"}, Known{Protocol::json, "rondo.v1.json"},
                            Known{Protocol::envelope, "envelope.v2"}};

std::string_view trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t");
    if (begin == text.npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}
}  // namespace

std::string_view name(Protocol protocol) noexcept { return std::ranges::find(kKnown, protocol, &Known::protocol)->name; }

Result<Choice> choose_protocol(std::string_view offered) {
    bool named = false;
    while (!offered.empty()) {
        const auto comma = std::min(offered.find(','), offered.size());
        const auto one = trimmed(offered.substr(0, comma));
        offered.remove_prefix(std::min(comma + 1, offered.size()));
        named |= !one.empty();
        const auto* found = std::ranges::find(kKnown, one, &Known::name);
        if (found != kKnown.end()) return Choice{found->protocol, found->name};
    }
    if (!named) return Choice{};
    return fail(Error{.code = Code::invalid_argument,
                      .message = "none of the subprotocols is known here; offer rondo.v1.pb, rondo.v1.json or envelope.v2, or none",
                      .reason = "UNKNOWN_SUBPROTOCOL"});
}
}  // namespace rondo::gateway::wire
