#include "base/json.hpp"
#include "base/json_reader.hpp"
#include "edge/gateway/openai_codec.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <utility>

namespace rondo::gateway::openai {
namespace {
constexpr std::size_t kMaxName = 256;
constexpr std::int64_t kMostDimensions = 65'536;

void read_input(json::ObjectReader& in, std::vector<std::string>& out) {
    const auto* input = in.any("input");
    const auto fault = [&in] {
        in.fault("input", fmt::format("must be a text that is not empty, or an array of 1 to {} of them", kMaxEmbeddedTexts));
    };
    if (!input) return fault();
    if (const auto* text = input->if_string()) {
        if (text->empty()) return fault();
        return static_cast<void>(out.emplace_back(*text));
    }
    const auto* texts = input->if_array();
    if (!texts || texts->empty() || texts->size() > kMaxEmbeddedTexts) return fault();
    for (const auto& text : *texts) {
        if (!text.is_string() || text.get_string().empty()) return fault();
        out.emplace_back(text.get_string());
    }
}

/// The shortest texts that read back as the same floats; JSON has no word for what is not finite.
std::string numbers(const std::vector<float>& vector) {
    std::string text;
    text.reserve(vector.size() * 12);
    for (const float number : vector) {
        text += text.empty() ? '[' : ',';
        if (std::isfinite(number)) fmt::format_to(std::back_inserter(text), "{}", number);
        else text += "null";
    }
    return text.empty() ? "[]" : text + ']';
}

std::string base64_of(std::string_view bytes) {
    constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (; !bytes.empty(); bytes.remove_prefix(std::min<std::size_t>(bytes.size(), 3))) {
        std::uint32_t group = 0;
        for (std::size_t i = 0; i < 3; ++i) group = group << 8U | (i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0U);
        for (std::size_t i = 0; i < 4; ++i) text += i <= bytes.size() ? kDigits[group >> (18U - 6U * i) & 63U] : '=';
    }
    return text;
}

/// The bytes of the floats, little-endian, in base 64.
std::string packed(const std::vector<float>& vector) {
    std::string bytes;
    bytes.reserve(vector.size() * 4);
    for (const float number : vector) {
        const auto bits = std::bit_cast<std::uint32_t>(number);
        for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(bits >> shift & 0xFFU);
    }
    return json::quote(base64_of(bytes));
}
}  // namespace

Result<EmbeddingsRequest> embeddings_request(std::string_view body) {
    const auto parsed = json::parse(body);
    if (!parsed) return propagate(parsed);
    const auto* root = parsed->if_object();
    if (!root) return fail(json::invalid({{"", "must be an object"}}));
    std::vector<Fault> faults;
    json::ObjectReader in{*root, "", faults};
    EmbeddingsRequest out;
    in.required("model", out.ask.model, kMaxName);
    read_input(in, out.ask.texts);
    if (std::int64_t dimensions = 0; in.any("dimensions") && in.optional("dimensions", dimensions, 1, kMostDimensions))
        out.ask.dimensions = static_cast<int>(dimensions);
    std::string format = "float";
    if (in.optional("encoding_format", format, kMaxName) && format != "float" && format != "base64")
        in.fault("encoding_format", "must be float or base64");
    out.base64 = format == "base64";
    if (!faults.empty()) return fail(json::invalid(std::move(faults), "the request has faults"));
    return out;
}

std::string embeddings_json(const llm::EmbedAnswer& answer, std::string_view model, bool base64) {
    std::string data;
    for (std::size_t i = 0; i < answer.vectors.size(); ++i) {
        const auto& vector = answer.vectors[i];
        fmt::format_to(std::back_inserter(data), R"({}{{"object":"embedding","index":{},"embedding":{}}})", i == 0 ? "" : ",", i,
                       base64 ? packed(vector) : numbers(vector));
    }
    const std::int64_t tokens = answer.usage.total().count;
    return fmt::format(R"({{"object":"list","data":[{}],"model":{},"usage":{{"prompt_tokens":{},"total_tokens":{}}}}})", data,
                       json::quote(model), tokens, tokens);
}
}  // namespace rondo::gateway::openai
