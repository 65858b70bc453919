#include "base/config/convert.hpp"

#include "base/config/duration.hpp"
#include "base/config/suggest.hpp"
#include "base/obs/log_line.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace rondo::config {
namespace {
using std::chrono::nanoseconds;
using Refusal = std::optional<std::string>;  // what was expected; nullopt: fine

constexpr std::size_t kMaxShownBytes = 64;

template <class... Ts>
struct Overloaded : Ts... {
    using Ts::operator()...;
};

/// Reads the whole of `text` as a number, or nothing.
template <class Number>
std::optional<Number> number(std::string_view text) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

Refusal outside(const FieldRef& field, double value) {
    const auto* range = std::get_if<Range>(&field.allowed);
    if (!range || (value >= range->low && value <= range->high)) return std::nullopt;
    return "expected " + allowed_text(field);
}

Refusal outside(const FieldRef& field, nanoseconds value) {
    if (const auto* range = std::get_if<AllowedDurations>(&field.allowed)) {
        if (value < range->low || value > range->high) return "expected " + allowed_text(field);
        return std::nullopt;
    }
    // A plain range counts in the key's unit.
    const auto unit = unit_of_key(field.key).value_or(std::get<DurationRef>(field.target).step);
    return outside(field, static_cast<double>(value.count()) / static_cast<double>(unit.count()));
}

Refusal outside(const FieldRef& field, const std::string& word) {
    const auto* allowed = std::get_if<OneOf>(&field.allowed);
    if (!allowed || std::ranges::find(allowed->words, word) != allowed->words.end()) return std::nullopt;
    const auto near = nearest(word, {allowed->words.begin(), allowed->words.end()});
    return "expected " + allowed_text(field) + (near.empty() ? "" : fmt::format(" (did you mean {}?)", near));
}

bool scalar(const Node& node) { return node.kind == Node::Kind::plain || node.kind == Node::Kind::quoted; }

/// Sets each type of target from a node that is not null.
struct Assign {
    const FieldRef& field;
    const Node& node;

    template <class Text>
    Refusal text(Text& target) const {
        if (!scalar(node)) return "expected text";
        if (auto refusal = outside(field, node.text)) return refusal;
        target = node.text;
        return std::nullopt;
    }
    Refusal operator()(std::string* target) const { return text(*target); }
    Refusal operator()(std::optional<std::string>* target) const { return text(*target); }
    Refusal operator()(std::filesystem::path* target) const { return text(*target); }

    Refusal operator()(bool* target) const {
        const bool word = node.text == "true" || node.text == "false";
        if (node.kind != Node::Kind::plain || !word) return "expected true or false, without quotes";
        *target = node.text == "true";
        return std::nullopt;
    }
    Refusal operator()(double* target) const {
        const auto value = node.kind == Node::Kind::plain ? number<double>(node.text) : std::nullopt;
        if (!value || !std::isfinite(*value)) return "expected a number such as 0.5, without quotes";
        if (auto refusal = outside(field, *value)) return refusal;
        *target = *value;
        return std::nullopt;
    }
    Refusal operator()(const IntegerRef& target) const {
        const auto value = node.kind == Node::Kind::plain ? number<std::int64_t>(node.text) : std::nullopt;
        if (!value) return "expected a whole number such as 10, without quotes";
        if (auto refusal = outside(field, static_cast<double>(*value))) return refusal;
        if (*value < target.low || *value > target.high) return fmt::format("expected {} to {}", target.low, target.high);
        target.set(target.target, *value);
        return std::nullopt;
    }
    Refusal operator()(const DurationRef& target) const {
        const auto unit = unit_of_key(field.key);
        const auto value = scalar(node) ? parse_duration(node.text, unit) : std::nullopt;
        if (!value) {
            return fmt::format(R"(expected {}a time such as "250ms", "10s", "5m")",
                               unit ? fmt::format("a number of {} or ", unit_name(*unit)) : "");
        }
        if (auto refusal = outside(field, *value)) return refusal;
        if (*value % target.step != nanoseconds{0}) return fmt::format("expected whole {}", unit_name(target.step));
        target.set(target.target, *value);
        return std::nullopt;
    }
    Refusal operator()(std::vector<std::string>* target) const {
        if (node.kind != Node::Kind::list) return R"(expected a list such as ["a", "b"])";
        std::vector<std::string> items;
        for (const Node& item : node.items) {
            if (!scalar(item)) return "expected a list of texts";
            if (auto refusal = outside(field, item.text)) return refusal;
            items.push_back(item.text);
        }
        *target = std::move(items);
        return std::nullopt;
    }
};

std::string found_text(const Node& node) {
    switch (node.kind) {
        case Node::Kind::null: return "nothing";
        case Node::Kind::list: return "a list";
        case Node::Kind::map: return "a section";
        case Node::Kind::plain:
        case Node::Kind::quoted: break;
    }
    std::string shown;
    obs::append_json_string(shown, node.text, kMaxShownBytes);
    return node.kind == Node::Kind::quoted ? "the text " + shown : shown.substr(1, shown.size() - 2);
}
}  // namespace

std::optional<std::string> assign(const FieldRef& field, const Node& node) {
    if (node.kind == Node::Kind::null) {
        if (auto* const* optional = std::get_if<std::optional<std::string>*>(&field.target)) {
            (*optional)->reset();
            return std::nullopt;
        }
        return "has no value; give one or remove the key to get the default";
    }
    auto refusal = std::visit(Assign{field, node}, field.target);
    if (refusal && !field.secret) *refusal += ", found " + found_text(node);
    return refusal;
}

Node node_of(const FieldRef& field, std::string_view text) {
    if (!std::holds_alternative<std::vector<std::string>*>(field.target)) return {.kind = Node::Kind::plain, .text = std::string{text}};
    Node list{.kind = Node::Kind::list};
    while (!text.empty()) {
        const auto comma = std::min(text.find(','), text.size());
        auto item = text.substr(0, comma);
        while (item.starts_with(' ')) item.remove_prefix(1);
        while (item.ends_with(' ')) item.remove_suffix(1);
        if (!item.empty()) list.items.push_back({.kind = Node::Kind::plain, .text = std::string{item}});
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return list;
}

std::string value_text(const FieldRef& field) {
    auto text =
        std::visit(Overloaded{[](const std::string* value) { return *value; },
                              [](const bool* value) { return std::string{*value ? "true" : "false"}; },
                              [](const double* value) { return fmt::format("{}", *value); },
                              [](const std::optional<std::string>* value) { return value->value_or(""); },
                              [](const std::vector<std::string>* value) { return fmt::format("{}", fmt::join(*value, ",")); },
                              [](const std::filesystem::path* value) { return value->string(); },
                              [](const IntegerRef& value) { return std::to_string(value.get(value.target)); },
                              [&](const DurationRef& value) {
                                  const auto time = value.get(value.target);
                                  const auto unit = unit_of_key(field.key);
                                  return unit && time % *unit == nanoseconds{0} ? std::to_string(time / *unit) : duration_text(time);
                              }},
                   field.target);
    return field.secret && !text.empty() ? "***" : text;
}

std::string_view type_name(const FieldRef& field) {
    return std::visit(
        Overloaded{[](const std::string*) { return "string"; }, [](const bool*) { return "boolean"; },
                   [](const double*) { return "number"; }, [](const std::optional<std::string>*) { return "string"; },
                   [](const std::vector<std::string>*) { return "list"; }, [](const std::filesystem::path*) { return "path"; },
                   [](const IntegerRef&) { return "integer"; }, [](const DurationRef&) { return "duration"; }},
        field.target);
}

std::string allowed_text(const FieldRef& field) {
    return std::visit(
        Overloaded{[](std::monostate) { return std::string{}; },
                   [](const OneOf& words) { return fmt::format("one of: {}", fmt::join(words.words, ", ")); },
                   [](const AllowedDurations& range) { return duration_text(range.low) + " to " + duration_text(range.high); },
                   [](const Range& range) {
                       if (!std::isfinite(range.low)) return fmt::format("at most {}", range.high);
                       if (!std::isfinite(range.high)) return fmt::format("at least {}", range.low);
                       return fmt::format("{} to {}", range.low, range.high);
                   }},
        field.allowed);
}
}  // namespace rondo::config
