#include "base/json.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <memory>

namespace rondo::json {
namespace {
using simdjson::dom::element;
using simdjson::dom::element_type;

/// Copies simdjson's tape into Boost.JSON values, counting keys and levels. simdjson's own depth bound, which protects its
/// stack, does not count an empty container, so the exact limit is checked here.
class Converter {
public:
    Converter(const Limits& limits, std::vector<std::string>* duplicates) : limits_{limits}, duplicates_{duplicates} {}

    boost::json::value convert(const element& from, const std::string& pointer) {
        switch (from.type()) {
            case element_type::OBJECT: return object(from, pointer);
            case element_type::ARRAY: return array(from, pointer);
            case element_type::STRING: return boost::json::value(from.get_string().value_unsafe());
            case element_type::INT64: return from.get_int64().value_unsafe();
            case element_type::UINT64: return from.get_uint64().value_unsafe();
            case element_type::DOUBLE: return from.get_double().value_unsafe();
            case element_type::BOOL: return from.get_bool().value_unsafe();
            case element_type::NULL_VALUE: break;
        }
        return nullptr;
    }
    [[nodiscard]] bool too_many_keys() const { return keys_ > limits_.max_keys; }
    [[nodiscard]] bool too_deep() const { return too_deep_; }

private:
    bool enter() { return ++depth_ <= limits_.max_depth || !(too_deep_ = true); }
    boost::json::value object(const element& from, const std::string& pointer) {
        boost::json::object to;
        if (!enter()) return to;
        for (const auto& [key, value] : from.get_object().value_unsafe()) {
            if (++keys_ > limits_.max_keys) return to;
            // Pointers are only needed to name repeated keys, so they are only built when somebody asked.
            const std::string place = duplicates_ ? join(pointer, key) : std::string{};
            if (duplicates_ && to.contains(key)) duplicates_->push_back(place);
            to.insert_or_assign(key, convert(value, place));
        }
        --depth_;
        return to;
    }
    boost::json::value array(const element& from, const std::string& pointer) {
        boost::json::array to;
        if (!enter()) return to;
        for (const auto& value : from.get_array().value_unsafe()) {
            to.push_back(convert(value, duplicates_ ? join(pointer, to.size()) : std::string{}));
        }
        --depth_;
        return to;
    }

    const Limits& limits_;
    std::vector<std::string>* duplicates_;
    std::size_t keys_{0};
    std::size_t depth_{0};
    bool too_deep_{false};
};

std::unexpected<Error> refuse(const char* reason, std::string message) {
    return fail(Error{.code = Code::invalid_argument, .message = std::move(message), .reason = reason});
}

/// Reads the refused text again, slowly, to say where it breaks.
std::unexpected<Error> syntax_error(std::string_view text, const Limits& limits) {
    boost::json::stream_parser parser{{}, {.max_depth = limits.max_depth}};
    boost::system::error_code ec;
    const std::size_t read = parser.write_some(text, ec);
    const std::size_t at = std::min(read, text.size());
    const auto line = 1 + std::ranges::count(text.substr(0, at), '\n');
    const auto start = text.substr(0, at).rfind('\n');
    const auto column = 1 + at - (start == std::string_view::npos ? 0 : start + 1);
    const std::string why = ec ? ec.message() : (at < text.size() ? "extra data" : "incomplete JSON");
    return refuse("MALFORMED_JSON", fmt::format("malformed JSON at line {}, column {} (byte {}): {}", line, column, at, why));
}
}  // namespace

Result<boost::json::value> parse(std::string_view text, const Limits& limits, std::vector<std::string>* duplicates) {
    if (text.size() > limits.max_bytes) return refuse("TOO_LARGE", fmt::format("JSON is longer than {} bytes", limits.max_bytes));
    thread_local simdjson::dom::parser parser;
    thread_local std::size_t depth = 0;
    // allocate() is the only way to bound simdjson's depth; it counts the outermost value as one level.
    if (parser.capacity() < text.size() || depth != limits.max_depth) {
        if (parser.allocate(std::max(text.size(), std::size_t{16} << 10U), limits.max_depth + 1)) return refuse("TOO_LARGE", "JSON is too large");
        depth = limits.max_depth;
    }
    element root;
    const auto error = parser.parse(text.data(), text.size()).get(root);
    if (error == simdjson::UTF8_ERROR) return refuse("INVALID_UTF8", "the JSON text is not valid UTF-8");
    const auto too_deep = [&] { return refuse("TOO_DEEP", fmt::format("JSON is nested deeper than {} levels", limits.max_depth)); };
    if (error == simdjson::DEPTH_ERROR) return too_deep();
    if (error) return syntax_error(text, limits);
    Converter converter{limits, duplicates};
    auto value = converter.convert(root, "");
    if (converter.too_deep()) return too_deep();
    if (converter.too_many_keys()) return refuse("TOO_LARGE", fmt::format("JSON has more than {} keys", limits.max_keys));
    return value;
}

std::string join(std::string_view pointer, std::string_view key) {
    std::string joined{pointer};
    joined += '/';
    for (const char c : key) {
        if (c == '~') joined += "~0";
        else if (c == '/') joined += "~1";
        else joined += c;
    }
    return joined;
}

std::string join(std::string_view pointer, std::size_t index) { return fmt::format("{}/{}", pointer, index); }
}  // namespace rondo::json
