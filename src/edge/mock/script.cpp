#include "edge/mock/script.hpp"

#include "base/json.hpp"
#include "base/json_reader.hpp"
#include "base/text/fold.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <utility>

namespace rondo::mock {
namespace {
using Faults = std::vector<rondo::Fault>;
constexpr std::size_t kMaxLines = 10'000;
constexpr std::size_t kMaxText = 64U << 10U;

struct Entry {
    std::string place;
    boost::json::value value;
};

/// A file that is no array holds one object a line.
std::vector<Entry> read_entries(std::string_view text, Faults& faults) {
    std::vector<Entry> entries;
    if (const auto first = text.find_first_not_of(" \t\r\n"); first != text.npos && text[first] == '[') {
        auto parsed = json::parse(text);
        if (!parsed) {
            faults.push_back({"", parsed.error().message});
            return entries;
        }
        for (auto& value : parsed->as_array()) entries.push_back({fmt::format("/{}", entries.size()), std::move(value)});
        return entries;
    }
    for (std::size_t number = 1; !text.empty(); ++number) {
        const auto end = std::min(text.find('\n'), text.size());
        const auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.find_first_not_of(" \t\r") == line.npos) continue;
        auto parsed = json::parse(line);
        if (parsed) {
            entries.push_back({fmt::format("line {}", number), std::move(*parsed)});
        } else {
            faults.push_back({fmt::format("line {}", number), parsed.error().message});
        }
    }
    return entries;
}
}  // namespace

Result<Script> Script::parse(std::string_view text) {
    Faults faults;
    Script script;
    for (const auto& [place, value] : read_entries(text, faults)) {
        if (!value.is_object()) {
            faults.push_back({place, "write an object: {\"match\": \"price\", \"answer\": \"It costs ten.\"}"});
            continue;
        }
        Line line;
        json::ObjectReader in{value.get_object(), place, faults};
        in.required("match", line.match, kMaxText);
        in.required("answer", line.answer, kMaxText);
        in.finish();
        line.match = text::fold(line.match);
        script.lines_.push_back(std::move(line));
    }
    if (script.lines_.size() > kMaxLines) faults.push_back({"", fmt::format("write at most {} lines", kMaxLines)});
    if (!faults.empty()) return fail(json::invalid(std::move(faults), "the script has faults"));
    return script;
}

const std::string* Script::find(std::string_view message) const {
    if (lines_.empty()) return nullptr;
    const std::string folded = text::fold(message);
    for (const Line& line : lines_) {
        if (folded.contains(line.match)) return &line.answer;
    }
    return nullptr;
}
}  // namespace rondo::mock
