#include "base/text/labelled_texts.hpp"

#include "base/text/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace rondo::text {
namespace {
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::string_view trim(std::string_view text) {
    const auto from = text.find_first_not_of(' ');
    if (from == text.npos) return {};
    return text.substr(from, text.find_last_not_of(' ') - from + 1);
}

bool has_control(std::string_view text) {
    return std::ranges::any_of(text, [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F; });
}

/// What is wrong with a row; empty when nothing is. Fills `row`.
std::string read_row(std::string_view line, const LabelledTextLimits& limits, LabelledText& row) {
    if (!valid_utf8(line)) return "is not UTF-8; convert the file";
    if (has_control(line)) return "has a control character; remove it";
    const auto tab = line.find('\t');
    if (tab == line.npos) return "has no tab; write text, tab, label";
    if (line.find('\t', tab + 1) != line.npos) return "has more than one tab; write text, tab, label";
    const std::string_view text = trim(line.substr(0, tab));
    const std::string_view label = trim(line.substr(tab + 1));
    if (text.empty()) return "has no text before the tab";
    if (label.empty()) return fmt::format("has no label after the tab; write {} for a text that has none", kOutOfScopeLabel);
    if (text.size() > limits.text_bytes) return fmt::format("has a text of {} bytes; at most {}", text.size(), limits.text_bytes);
    if (label.size() > limits.label_bytes) return fmt::format("has a label of {} bytes; at most {}", label.size(), limits.label_bytes);
    row.text = text;
    row.label = label;
    return {};
}

class Faults {
public:
    explicit Faults(std::size_t most) : most_{most} {}
    void add(std::size_t line, std::string message) {
        if (++count_ <= most_) faults_.push_back({fmt::format("line {}", line), std::move(message)});
    }
    [[nodiscard]] std::size_t count() const { return count_; }
    [[nodiscard]] std::vector<Fault> take() {
        if (count_ > most_) faults_.push_back({"file", fmt::format("has {} more faulty lines", count_ - most_)});
        return std::move(faults_);
    }

private:
    std::size_t most_;
    std::size_t count_{0};
    std::vector<Fault> faults_;
};
}  // namespace

Result<std::vector<LabelledText>> read_labelled_texts(std::string_view bytes, const LabelledTextLimits& limits) {
    if (bytes.size() > limits.bytes)
        return fail(Code::resource_exhausted, fmt::format("the file has {} bytes; at most {}", bytes.size(), limits.bytes));
    if (bytes.starts_with(kByteOrderMark)) bytes.remove_prefix(kByteOrderMark.size());
    std::vector<LabelledText> rows;
    std::set<std::string, std::less<>> labels;
    Faults faults{limits.faults};
    for (std::size_t line = 1; !bytes.empty(); ++line) {
        if (line > limits.rows) return fail(Code::resource_exhausted, fmt::format("the file has more than {} lines", limits.rows));
        std::string_view row_bytes = bytes.substr(0, bytes.find('\n'));
        bytes.remove_prefix(std::min(row_bytes.size() + 1, bytes.size()));
        if (row_bytes.ends_with('\r')) row_bytes.remove_suffix(1);
        if (row_bytes.find_first_not_of(' ') == row_bytes.npos) continue;
        LabelledText row{.text = {}, .label = {}, .line = line};
        if (auto wrong = read_row(row_bytes, limits, row); !wrong.empty()) {
            faults.add(line, std::move(wrong));
            continue;
        }
        if (row.label != kOutOfScopeLabel && labels.insert(row.label).second && labels.size() > limits.labels)
            return fail(Code::resource_exhausted, fmt::format("the file has more than {} labels", limits.labels));
        rows.push_back(std::move(row));
    }
    if (faults.count() > 0) {
        return fail(Error{.code = Code::invalid_argument,
                          .message = fmt::format("{} faulty lines; every line is a text, a tab and a label", faults.count()),
                          .faults = faults.take()});
    }
    if (rows.empty()) return fail(Code::invalid_argument, "the file has no rows; write a text, a tab and a label on every line");
    return rows;
}
}  // namespace rondo::text
