#include "engine/llm/prompt_layout.hpp"

#include "base/text/token_counter.hpp"

namespace rondo::llm {
namespace {
constexpr const char* kBetween = "\n\n";

void append(std::string& to, std::string_view text) {
    if (text.empty()) return;
    if (!to.empty()) to += kBetween;
    to += text;
}

std::string sources_text(const ModelRequest& request) {
    if (request.sources.empty()) return {};
    std::string text = request.language == "zh" ? "资料（最相关的在前）：" : "Sources, best first:";
    for (std::size_t i = 0; i < request.sources.size(); ++i) text += "\n[" + std::to_string(i + 1) + "] " + request.sources[i];
    return text;
}
}  // namespace

std::string PromptLayout::joined() const {
    std::string all;
    for (const Block& block : fixed) append(all, block.text);
    append(all, changing);
    return all;
}

PromptLayout lay_out(const ModelRequest& request, const LayoutRule& rule) {
    const text::TokenCounter counter;
    PromptLayout layout;
    // Tools stand before the instructions, so they count towards the first beginning.
    Tokens length;
    for (const Tool& tool : request.tools)
        length += counter.count(tool.name) + counter.count(tool.description) + counter.count(tool.parameters);

    std::string open;
    for (const SystemBlock& block : request.system) {
        if (!block.fixed) {
            append(layout.changing, *block.text);
            continue;
        }
        if (block.text->empty()) continue;
        append(open, *block.text);
        length += counter.count(*block.text);
        if (length < rule.minimum) continue;
        layout.fixed.push_back({std::move(open), true});
        open.clear();
        length = {};
    }
    if (!open.empty()) {
        if (layout.fixed.empty()) layout.fixed.push_back({std::move(open), false});
        else append(layout.fixed.back().text, open);
    }
    for (std::size_t i = 0; i + rule.max_marks < layout.fixed.size(); ++i) layout.fixed[i].cache = false;
    append(layout.changing, sources_text(request));
    return layout;
}
}  // namespace rondo::llm
