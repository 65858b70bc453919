#include "talk/scenario/line_template.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace rondo::scenario {
namespace {
bool name_char(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; }
}  // namespace

Result<LineTemplate> LineTemplate::parse(std::string_view text) {
    LineTemplate line;
    std::string literal;
    const auto flush = [&] {
        if (!literal.empty()) line.parts_.push_back({std::exchange(literal, {}), false});
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c != '{' && c != '}') {
            literal += c;
            continue;
        }
        if (i + 1 < text.size() && text[i + 1] == c) {
            literal += c;
            ++i;
            continue;
        }
        if (c == '}') return fail(Code::invalid_argument, "a \"}\" closes nothing; write \"}}\" for a literal brace");
        const std::size_t end = text.find('}', i);
        if (end == std::string_view::npos) return fail(Code::invalid_argument, "a \"{\" is never closed; write \"{{\" for a literal brace");
        const std::string_view name = text.substr(i + 1, end - i - 1);
        if (name.empty() || !std::ranges::all_of(name, name_char)) {
            return fail(Code::invalid_argument, fmt::format("\"{{{}}}\" is not a placeholder: lower-case letters, digits and _", name));
        }
        flush();
        line.parts_.push_back({std::string{name}, true});
        if (std::ranges::find(line.placeholders_, name) == line.placeholders_.end()) line.placeholders_.emplace_back(name);
        i = end;
    }
    flush();
    return line;
}

bool LineTemplate::can_render(const Slots& slots) const {
    return std::ranges::all_of(placeholders_, [&](const std::string& name) {
        const auto slot = slots.find(name);
        return slot != slots.end() && !slot->second.empty();
    });
}

std::string LineTemplate::render(const Slots& slots) const {
    std::string out;
    for (const Part& part : parts_) {
        if (!part.is_slot) {
            out += part.text;
        } else if (const auto slot = slots.find(part.text); slot != slots.end()) {
            out += slot->second;
        }
    }
    return out;
}

bool LineTemplate::said_in(std::string_view text) const {
    std::size_t from = 0;
    bool any = false;
    for (const Part& part : parts_) {
        if (part.is_slot) continue;
        const std::size_t at = text.find(part.text, from);
        if (at == std::string_view::npos) return false;
        from = at + part.text.size();
        any = true;
    }
    return any;
}
}  // namespace rondo::scenario
