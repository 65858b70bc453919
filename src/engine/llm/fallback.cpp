#include "engine/llm/fallback.hpp"

namespace rondo::llm {
FallbackSource::~FallbackSource() = default;

std::string_view apology(std::string_view language) noexcept {
    const auto primary = language.substr(0, language.find_first_of("-_"));
    if (primary == "zh") return "抱歉，服务暂时不可用，请稍后重试。";
    return "Sorry, the service is unavailable right now. Please try again in a little while.";
}
}  // namespace rondo::llm
