#include "base/json.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <memory>
#include <utility>

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

void append_string(std::string& out, std::string_view text) {
    out += '"';
    std::size_t done = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if (c >= 0x20 && c != '"' && c != '\\') continue;
        out.append(text, done, i - done);
        done = i + 1;
        switch (c) {
            case '"': out += "\\\""; break;
            case '\\': out += "\\\\"; break;
            case '\n': out += "\\n"; break;
            case '\r': out += "\\r"; break;
            case '\t': out += "\\t"; break;
            default: fmt::format_to(std::back_inserter(out), "\\u{:04x}", c);
        }
    }
    out.append(text, done);
    out += '"';
}

void append_number(std::string& out, double number) {
    if (number == 0) number = 0;  // not "-0", which would be read again as the integer 0
    char digits[32];
    const auto end = std::isfinite(number) ? std::to_chars(digits, digits + sizeof digits, number).ptr : digits;
    const std::string_view text{digits, end};
    out += text.empty() ? "null" : text;
    // As an integer it would be too large for readers.
    if (std::abs(number) >= 0x1p63 && std::isfinite(number) && text.find_first_of(".e") == text.npos) out += ".0";
}

void append(std::string& out, const boost::json::value& value) {
    switch (value.kind()) {
        case boost::json::kind::string: return append_string(out, value.get_string());
        case boost::json::kind::double_: return append_number(out, value.get_double());
        case boost::json::kind::bool_: out += value.get_bool() ? "true" : "false"; return;
        case boost::json::kind::null: out += "null"; return;
        case boost::json::kind::int64: out += fmt::format_int{value.get_int64()}.c_str(); return;
        case boost::json::kind::uint64: out += fmt::format_int{value.get_uint64()}.c_str(); return;
        case boost::json::kind::object: {
            char before = '{';
            for (const auto& member : value.get_object()) {
                out += std::exchange(before, ',');
                append_string(out, member.key());
                out += ':';
                append(out, member.value());
            }
            if (before == '{') out += '{';
            out += '}';
            return;
        }
        case boost::json::kind::array: {
            char before = '[';
            for (const auto& item : value.get_array()) {
                out += std::exchange(before, ',');
                append(out, item);
            }
            if (before == '[') out += '[';
            out += ']';
            return;
        }
    }
}
}  // namespace

std::string write(const boost::json::value& value) {
    std::string out;
    append(out, value);
    return out;
}

Result<boost::json::value> parse(std::string_view text, const Limits& limits, std::vector<std::string>* duplicates) {
    if (text.size() > limits.max_bytes) return refuse("TOO_LARGE", fmt::format("JSON is longer than {} bytes", limits.max_bytes));
    thread_local simdjson::dom::parser parser;
    thread_local std::size_t depth = 0;
    // allocate() is the only way to bound simdjson's depth; it counts the outermost value as one level.
    if (parser.capacity() < text.size() || depth != limits.max_depth) {
        if (parser.allocate(std::max(text.size(), std::size_t{16} << 10U), limits.max_depth + 1))
            return refuse("TOO_LARGE", "JSON is too large");
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

std::string quote(std::string_view text) {
    std::string out;
    out.reserve(text.size() + 2);
    append_string(out, text);
    return out;
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
