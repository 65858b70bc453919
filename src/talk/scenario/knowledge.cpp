#include "talk/scenario/knowledge.hpp"

#include <fmt/format.h>

namespace rondo::scenario {
namespace {
constexpr std::size_t kMaxPassage = 2'000;  // bytes; a longer one would drown its best sentence

class Cutter {
public:
    Cutter(const std::string& file, FaultSink& faults) : file_{file}, faults_{faults} {}

    void line(std::string_view line, int number) {
        if (const std::size_t level = heading_level(line); level > 0) {
            flush();
            const std::string_view heading = line.substr(level + 1);
            (level == 1 ? top_ : section_) = heading;
            if (level == 1) section_.clear();
        } else if (line.empty()) {
            if (text_.size() >= kMaxPassage) flush();
        } else if (top_.empty() && section_.empty()) {
            if (!complained_) faults_.add(number, "text before the first heading; begin with `# Title`");
            complained_ = true;
        } else {
            if (!text_.empty()) text_ += '\n';
            text_ += line;
        }
    }
    std::vector<index::Document> finish() {
        flush();
        if (passages_.empty()) faults_.add(1, "no passage: write `# Title`, `## Section` and text below");
        return std::move(passages_);
    }

private:
    /// 1 for `# x`, 2 and deeper for `## x`; 0 for a line that is no heading.
    static std::size_t heading_level(std::string_view line) {
        const std::size_t level = line.find_first_not_of('#');
        return level != std::string_view::npos && level > 0 && line[level] == ' ' && level + 1 < line.size() ? level : 0;
    }
    void flush() {
        if (text_.empty()) return;
        const char* between = top_.empty() || section_.empty() ? "" : " › ";
        passages_.push_back({.id = fmt::format("{}#{}", file_, passages_.size() + 1),
                             .title = fmt::format("{}{}{}", top_, between, section_),
                             .text = std::exchange(text_, {})});
    }

    const std::string& file_;
    FaultSink& faults_;
    std::string top_, section_, text_;
    std::vector<index::Document> passages_;
    bool complained_{false};
};
}  // namespace

std::vector<index::Document> cut_markdown(std::string_view text, const std::string& file, FaultSink& faults) {
    Cutter cutter{file, faults};
    int number = 0;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
        cutter.line(line, ++number);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return cutter.finish();
}
}  // namespace rondo::scenario
