#include "engine/llm/provider_refusal.hpp"

#include "base/json.hpp"
#include "engine/llm/provider_json.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>

namespace rondo::llm::wire {
namespace {
constexpr std::size_t kMaxWordBytes = 64;
constexpr std::size_t kMaxReadBytes = 64U << 10U;  // of an error body

/// What an error body says. The views point into it.
struct Said {
    std::string_view type, code, message;
    int status{0};  // written into the body
};

bool is_word(std::string_view text) {
    const auto good = [](unsigned char c) { return (std::isalnum(c) != 0) || c == '_' || c == '-' || c == '.'; };
    return !text.empty() && text.size() <= kMaxWordBytes && std::ranges::all_of(text, good);
}

bool holds(std::string_view text, std::string_view part) {
    const auto same = [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); };
    return std::ranges::search(text, part, same).begin() != text.end();
}

template <std::size_t N>
bool holds_any(std::string_view text, const std::array<std::string_view, N>& parts) {
    return std::ranges::any_of(parts, [&](std::string_view part) { return holds(text, part); });
}

bool is_error_status(std::int64_t status) { return status >= 400 && status < 600; }

Said read(const boost::json::object& body) {
    const auto* error = object_at(body, "error");
    const boost::json::object& from = error ? *error : body;
    Said said{text_at(from, "type"), text_at(from, "code"), text_at(from, "message")};
    if (!error && said.message.empty()) said.message = text_at(body, "error");   // Ollama
    if (!error && said.message.empty()) said.message = text_at(body, "detail");  // FastAPI, in front of many servers
    // Azure tells why its filter refused one level deeper.
    if (const auto* inner = object_at(from, "innererror"); inner && said.code.empty()) said.code = text_at(*inner, "code");
    for (const auto key : {"code", "status", "status_code"}) {
        const auto number = number_at(from, key);
        if (number && is_error_status(*number) && said.status == 0) said.status = static_cast<int>(*number);
    }
    return said;
}

constexpr std::array<std::string_view, 9> kTooLong{
    "context_length_exceeded", "exceed_context_size", "maximum context length", "prompt is too long",     "context window",
    "context length",          "context size",        "too many tokens",        "string_above_max_length"};
constexpr std::array<std::string_view, 4> kFiltered{"content_filter", "content_policy", "responsibleaipolicy", "moderation_blocked"};
constexpr std::array<std::string_view, 3> kUnpaid{"insufficient_quota", "billing_error", "credit balance"};

bool speaks_of_length(const Said& said) {
    return holds_any(said.code, kTooLong) || holds_any(said.type, kTooLong) || holds_any(said.message, kTooLong);
}
bool speaks_of_filter(const Said& said) { return holds_any(said.code, kFiltered) || holds_any(said.type, kFiltered); }
bool speaks_of_money(const Said& said) {
    return holds_any(said.code, kUnpaid) || holds_any(said.type, kUnpaid) || holds_any(said.message, kUnpaid);
}

/// The status a body's error word stands for, where the real one is 200.
int status_of(const Said& said) {
    struct Row {
        std::string_view word;
        int status;
    };
    static constexpr std::array<Row, 13> kWords{{{"overloaded", 529},
                                                 {"rate_limit", 429},
                                                 {"too_many_requests", 429},
                                                 {"unavailable", 503},
                                                 {"authentication", 401},
                                                 {"invalid_api_key", 401},
                                                 {"permission", 403},
                                                 {"not_found", 404},
                                                 {"too_large", 413},
                                                 {"invalid_request", 400},
                                                 {"badrequest", 400},
                                                 {"invalid_", 400},
                                                 {"server_error", 500}}};
    if (said.status != 0) return said.status;
    for (const auto& [word, status] : kWords) {
        if (holds(said.type, word) || holds(said.code, word)) return status;
    }
    return 500;
}

ErrorClass class_of_status(int status) {
    if (status == 401 || status == 403) return ErrorClass::config_fault;
    if (status == 429 || status == 503 || status == 529) return ErrorClass::overloaded;
    if (status >= 400 && status < 500 && status != 408) return ErrorClass::caller_fault;
    return ErrorClass::provider_fault;
}

std::string advice(ErrorClass error_class, int status) {
    switch (error_class) {
        case ErrorClass::config_fault: return "check the target's key and what it may use";
        case ErrorClass::overloaded: return "try again later";
        case ErrorClass::caller_fault: return status == 404 ? "check the target's model and base_url" : "change the request";
        default: break;
    }
    return status >= 300 && status < 400 ? "redirects are not followed: set base_url to the final address" : "try again or another target";
}

ProviderError make(int status, bool in_band, const Said& said) {
    std::string words;
    for (const auto word : {said.type, said.code}) {
        if (is_word(word)) words += fmt::format("{}{}", words.empty() ? " (" : ", ", word);
    }
    if (!words.empty()) words += ')';
    const std::string told =
        in_band ? "the provider broke off with an error" + words : fmt::format("the provider answered {}{}", status, words);

    auto error_class = class_of_status(status);
    if (speaks_of_filter(said)) {
        error_class = ErrorClass::policy_refusal;
        return {provider_error(error_class, told + ": its content filter refused the conversation; change what is asked"), error_class};
    }
    if (error_class == ErrorClass::caller_fault || status == 500 || status == 413) {
        // llama.cpp says 500 for a prompt that is too long.
        if (speaks_of_length(said)) {
            error_class = ErrorClass::caller_fault;
            Error error = provider_error(error_class, told + ": the conversation is longer than the model's context; shorten it");
            error.reason = reason::kContextTooLong;
            return {std::move(error), error_class};
        }
    }
    // An account without money is not overloaded: waiting does not help, another target does.
    if (speaks_of_money(said)) {
        error_class = ErrorClass::config_fault;
        return {provider_error(error_class, told + ": the target's account has no credit left; pay or use another target"), error_class};
    }
    Error error = provider_error(error_class, told + ": " + advice(error_class, status));
    if (status == 404) error.code = Code::not_found;
    return {std::move(error), error_class};
}
}  // namespace

ProviderError refusal_of(int status, const std::vector<net::Header>& headers, std::string_view body, WallTime now) {
    const auto parsed = json::parse(body.substr(0, kMaxReadBytes));
    const auto* object = parsed ? parsed->if_object() : nullptr;
    ProviderError refusal = make(status, false, object ? read(*object) : Said{});
    if (refusal.error_class == ErrorClass::overloaded || refusal.error_class == ErrorClass::provider_fault) {
        refusal.retry_after = retry_after(headers, now);
    }
    return refusal;
}

ProviderError refusal_in_band(const boost::json::object& body) {
    const Said said = read(body);
    return make(status_of(said), true, said);
}

bool is_refusal(const boost::json::object& body) {
    return has(body, "error") || text_at(body, "object") == "error" || text_at(body, "type") == "error";
}
}  // namespace rondo::llm::wire
