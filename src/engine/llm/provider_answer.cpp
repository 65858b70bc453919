#include "engine/llm/provider_answer.hpp"

#include "base/json.hpp"
#include "base/text/token_counter.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <utility>

namespace rondo::llm::wire {
namespace {
constexpr std::size_t kMaxCalls = 128;
constexpr std::int64_t kMaxIndex = 1023;
}  // namespace

bool AnswerBuilder::grow(std::size_t bytes) {
    ++pieces_;
    bytes_ += bytes;
    if (bytes_ > max_bytes_) overflowed_ = true;
    return !overflowed_;
}

void AnswerBuilder::text(std::string_view piece, std::vector<Delta>& out) {
    if (piece.empty() || !grow(piece.size())) return;
    while (!repeated_.empty() && !piece.empty() && piece.front() == repeated_.front()) {
        piece.remove_prefix(1);
        repeated_.erase(0, 1);
    }
    if (piece.empty()) return;
    repeated_.clear();
    text_.append(piece);
    out.push_back({.text = std::string{piece}});
}

void AnswerBuilder::hidden(std::string_view piece) {
    if (!piece.empty() && grow(piece.size())) hidden_ += text::TokenCounter{}.count(piece);
}

std::string AnswerBuilder::unique_id(std::string_view told, int index) const {
    const auto taken = [&](const std::string& id) {
        return std::ranges::any_of(calls_, [&](const Call& each) { return each.call.id == id; });
    };
    std::string id = told.empty() ? "call_" + std::to_string(index) : std::string{told};
    const std::string stem = id;
    for (int nth = 2; taken(id); ++nth) id = stem + '-' + std::to_string(nth);
    return id;
}

AnswerBuilder::Call* AnswerBuilder::call_for(const Fragment& fragment) {
    // The youngest: an index or id that was used for several calls goes on with the last one.
    const auto youngest = [&](auto fits) {
        const auto found = std::find_if(calls_.rbegin(), calls_.rend(), fits);
        return found == calls_.rend() ? nullptr : &*found;
    };
    const auto told_as = [&](std::string_view id) { return youngest([=](const Call& each) { return each.told_id == id; }); };
    const bool indexed = fragment.index && *fragment.index >= 0 && *fragment.index <= kMaxIndex;
    const auto begins = [&](const Call& known) {
        return !fragment.id.empty() && !known.told_id.empty() && fragment.id != known.told_id && !fragment.name.empty();
    };
    Call* known = nullptr;
    if (indexed) {
        known = youngest([&](const Call& each) { return each.told_index == fragment.index; });
        if (known && begins(*known)) known = nullptr;  // one index for several calls
        if (!known && !fragment.id.empty() && fragment.name.empty()) known = told_as(fragment.id);  // ... and their later fragments
    } else if (!calls_.empty()) {
        known = fragment.id.empty() ? &calls_.back() : told_as(fragment.id);
        // Without an index a whole call with arguments and a name is a call of its own even if its id is not.
        if (known && fragment.id.empty() && !fragment.name.empty()) known = nullptr;
    }
    if (known) return known;

    if (calls_.size() >= kMaxCalls) {
        overflowed_ = true;
        return nullptr;
    }
    int index = indexed && !fragment.index_is_block ? static_cast<int>(*fragment.index) : 0;
    while (std::ranges::find(calls_, index, &Call::index) != calls_.end()) ++index;
    calls_.push_back({.index = index,
                      .told_index = indexed ? fragment.index : std::nullopt,
                      .told_id = std::string{fragment.id},
                      .call = {.id = unique_id(fragment.id, index), .name = {}, .arguments = {}}});
    return &calls_.back();
}

void AnswerBuilder::tool(const Fragment& fragment, std::vector<Delta>& out) {
    if (!grow(fragment.name.size() + fragment.arguments.size())) return;
    const auto known = calls_.size();
    Call* at = call_for(fragment);
    if (!at) return;
    const bool first = calls_.size() > known;
    ToolCallDelta piece{.index = at->index, .id = {}, .name = {}, .arguments = std::string{fragment.arguments}};
    if (first) piece.id = at->call.id;
    if (at->call.name.empty()) piece.name = at->call.name = fragment.name;
    at->call.arguments.append(fragment.arguments);
    if (first || !piece.name.empty() || !piece.arguments.empty()) out.push_back({.tool_call = std::move(piece)});
}

void AnswerBuilder::end_tool(std::int64_t index, std::vector<Delta>& out) {
    const auto at = std::ranges::find(calls_, std::optional{index}, &Call::told_index);
    if (at == calls_.end() || !at->call.arguments.empty()) return;
    at->call.arguments = "{}";
    out.push_back({.tool_call = ToolCallDelta{.index = at->index, .id = {}, .name = {}, .arguments = "{}"}});
}

bool AnswerBuilder::arguments_intact() const {
    return std::ranges::all_of(calls_, [](const Call& each) { return each.call.arguments.empty() || json::parse(each.call.arguments); });
}

Tokens AnswerBuilder::counted() const {
    const text::TokenCounter counter;
    Tokens all = hidden_ + counter.count(text_);
    for (const Call& each : calls_) all += counter.count(each.call.name) + counter.count(each.call.arguments);
    return all;
}

std::vector<ToolCall> AnswerBuilder::take_calls() {
    std::ranges::sort(calls_, {}, &Call::index);  // no two are equal
    std::vector<ToolCall> all;
    all.reserve(calls_.size());
    for (Call& each : calls_) all.push_back(std::move(each.call));
    return all;
}
}  // namespace rondo::llm::wire
