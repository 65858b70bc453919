#pragma once
#include "base/describe.hpp"
#include "base/result.hpp"
#include "engine/llm/provider_request.hpp"
#include "engine/llm/target.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace rondo::llm {
/// One provider target: where it is, which model, how long it may take, what it can do.
struct TargetConfig {
    std::string kind{"openai"};  ///< "openai" (and whatever speaks Chat Completions) or "anthropic"
    /// "https://api.openai.com/v1", "http://127.0.0.1:11434/v1", "https://api.anthropic.com",
    /// "https://NAME.openai.azure.com/openai/deployments/DEPLOYMENT?api-version=2024-10-21"
    std::string base_url{};
    std::string model{};         ///< as the provider and the price table call it; "": requests name it, as in TARGET/MODEL
    std::string key_env{};       ///< the environment variable that holds the key; "": none
    std::string key_file{};      ///< or the file that does
    std::string organization{};  ///< OpenAI-Organization, "" for none
    std::string project{};       ///< OpenAI-Project, "" for none
    std::chrono::milliseconds first_token{15'000};
    std::chrono::milliseconds gap{15'000};
    std::chrono::milliseconds total{110'000};
    std::chrono::milliseconds connect{5'000};
    std::int64_t max_connections{64};  ///< per event loop
    std::string prefill{"none"};       ///< a word of PrefillStyle
    bool tools{true};
    bool embeddings{false};
    std::int64_t max_tokens{4'096};
    std::string max_tokens_name{"max_tokens"};
    std::int64_t cache_minimum{1'024};
};

template <class Visitor>
void describe(Visitor& v, TargetConfig& c) {
    using std::chrono::milliseconds;
    constexpr milliseconds kLeast{10}, kMost{3'600'000};
    v.field("kind", c.kind, Reload::live, "The API it speaks; openai also for vLLM, llama.cpp, Ollama and Azure.",
            OneOf{{"openai", "anthropic"}});
    v.field("base_url", c.base_url, Reload::live, "Where the API begins, e.g. https://api.openai.com/v1 or https://api.anthropic.com.");
    v.field("model", c.model, Reload::live, "The provider's name of the model, also for prices; empty: requests say it, as in NAME/MODEL.");
    v.field("key_env", c.key_env, Reload::live, "Environment variable that holds the key.");
    v.field("key_file", c.key_file, Reload::live, "File that holds the key, instead of key_env.");
    v.field("organization", c.organization, Reload::live, "Sent as OpenAI-Organization.");
    v.field("project", c.project, Reload::live, "Sent as OpenAI-Project.");
    v.field("first_token_ms", c.first_token, Reload::live,
            "A stream that has said nothing by then is given up, and its target for this call.", in(kLeast, kMost));
    v.field("gap_ms", c.gap, Reload::live, "Longest silence inside a stream.", in(kLeast, kMost));
    v.field("total_ms", c.total, Reload::live, "Longest time of one attempt, the reader's own slowness not counted.", in(kLeast, kMost));
    v.field("connect_ms", c.connect, Reload::live, "Name look-up, connecting and TLS together.", in(kLeast, kMost));
    v.field("max_connections", c.max_connections, Reload::live, "Connections of each event loop.", in(1, 4'096));
    v.field("prefill", c.prefill, Reload::live,
            "How it continues a given beginning: trailing (a last message of the assistant), flagged (that and continue_final_message, "
            "vLLM), none (it cannot).",
            OneOf{{"none", "trailing", "flagged"}});
    v.field("tools", c.tools, Reload::live, "It can call tools.");
    v.field("embeddings", c.embeddings, Reload::live, "It makes embeddings.");
    v.field("max_tokens", c.max_tokens, Reload::live,
            "Longest answer where the request names none: for APIs that want a number (anthropic), and to set money aside.",
            in(1, 1'000'000));
    v.field("max_tokens_name", c.max_tokens_name, Reload::live, "What the API calls it (openai).",
            OneOf{{"max_tokens", "max_completion_tokens"}});
    v.field("cache_minimum", c.cache_minimum, Reload::live, "Tokens below which the provider caches no prompt.", in(0, 1'000'000));
    v.rule(!c.base_url.empty(), "base_url", "must be given, e.g. https://api.openai.com/v1");
    v.rule(c.key_env.empty() || c.key_file.empty(), "key_file", "give key_env or key_file, not both");
    v.rule(c.first_token <= c.total, "first_token_ms", "must not exceed total_ms");
    v.rule(c.gap <= c.total, "gap_ms", "must not exceed total_ms");
}

/// A provider's key. It can be copied and sent, and in no way printed.
class ApiKey {
public:
    ApiKey() = default;
    explicit ApiKey(std::string text) : text_{std::move(text)} {}
    [[nodiscard]] bool empty() const { return text_.empty(); }
    /// For the request's header only.
    [[nodiscard]] const std::string& reveal() const { return text_; }

private:
    std::string text_;
};

/// The key the configuration points at; the empty one when it points nowhere. Reads a file: not on an event loop.
/// Errors: `failed_precondition` (PROVIDER_KEY_REFUSED): the variable is not set, the file cannot be read, is empty or too
/// long, or the key has characters no header takes. The message names the place, never the content.
[[nodiscard]] Result<ApiKey> read_key(const TargetConfig& config, const std::map<std::string, std::string>& environment);

/// A base URL in its two halves.
struct BaseUrl {
    std::string endpoint;  ///< for net::parse_url
    std::string query;     ///< "api-version=2024-10-21"; "" for none
    [[nodiscard]] bool azure() const { return query.contains("api-version="); }
};
[[nodiscard]] BaseUrl split_base_url(std::string_view text);

[[nodiscard]] Clocks clocks_of(const TargetConfig& config);
[[nodiscard]] Target::Abilities abilities_of(const TargetConfig& config);
[[nodiscard]] wire::PrefillStyle prefill_style(const TargetConfig& config);
}  // namespace rondo::llm
