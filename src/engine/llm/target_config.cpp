#include "engine/llm/target_config.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

namespace rondo::llm {
namespace {
constexpr std::size_t kMaxKeyBytes = 4'096;

std::unexpected<Error> no_key(std::string message) { return fail(provider_error(ErrorClass::config_fault, std::move(message))); }

Result<ApiKey> checked(std::string text, const std::string& place) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.pop_back();
    if (text.empty()) return no_key(place + " is empty; put the provider's key there");
    const auto printable = [](unsigned char c) { return c > 0x20 && c < 0x7F; };
    if (text.size() > kMaxKeyBytes || !std::ranges::all_of(text, printable)) {
        return no_key(place + " does not hold a key: one line without blanks is expected");
    }
    return ApiKey{std::move(text)};
}
}  // namespace

Result<ApiKey> read_key(const TargetConfig& config, const std::map<std::string, std::string>& environment) {
    if (!config.key_env.empty()) {
        const auto found = environment.find(config.key_env);
        if (found == environment.end())
            return no_key("the environment variable " + config.key_env + " is not set; put the provider's key there");
        return checked(found->second, "the environment variable " + config.key_env);
    }
    if (config.key_file.empty()) return ApiKey{};
    std::ifstream file{config.key_file, std::ios::binary};
    if (!file) return no_key("the key file " + config.key_file + " cannot be read; check that it exists and who may read it");
    std::string text(kMaxKeyBytes + 2, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    return checked(std::move(text), "the key file " + config.key_file);
}

BaseUrl split_base_url(std::string_view text) {
    const auto mark = text.find('?');
    auto endpoint = text.substr(0, mark);
    while (endpoint.ends_with('/')) endpoint.remove_suffix(1);
    return {std::string{endpoint}, std::string{mark == std::string_view::npos ? std::string_view{} : text.substr(mark + 1)}};
}

Clocks clocks_of(const TargetConfig& config) { return {.first_token = config.first_token, .gap = config.gap, .total = config.total}; }

Target::Abilities abilities_of(const TargetConfig& config) {
    const bool anthropic = config.kind == "anthropic";
    return {.prefill = config.prefill != "none",
            .tools = config.tools,
            .embeddings = config.embeddings && !anthropic,
            .dialect = anthropic ? Dialect::anthropic : Dialect::openai};
}

wire::PrefillStyle prefill_style(const TargetConfig& config) {
    if (config.prefill == "trailing") return wire::PrefillStyle::trailing;
    return config.prefill == "flagged" ? wire::PrefillStyle::flagged : wire::PrefillStyle::none;
}
}  // namespace rondo::llm
