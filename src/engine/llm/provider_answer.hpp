#pragma once
#include "engine/llm/model.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rondo::llm::wire {
/// Puts an answer together from its pieces and hands each on as a delta. Pure; the same for both APIs.
///
/// Tool calls come in fragments that name their call by index, in any order. Providers break the rules in known ways: no
/// index, one index for several calls, one id for several calls, the id again with every fragment. Here every call ends up
/// with an index and an id of its own.
class AnswerBuilder {
public:
    /// One fragment, as sent. The views need not outlive the call.
    struct Fragment {
        std::optional<std::int64_t> index{};
        std::string_view id{}, name{}, arguments{};
        bool index_is_block{false};  ///< the index counts blocks that are no calls too: calls are numbered as they appear
    };

    /// `repeated`: text the answer may begin with although it was given with the prefill; it is left out.
    explicit AnswerBuilder(std::size_t max_bytes, std::string repeated = {}) : max_bytes_{max_bytes}, repeated_{std::move(repeated)} {}

    void text(std::string_view piece, std::vector<Delta>& out);
    void tool(const Fragment& fragment, std::vector<Delta>& out);
    /// The call of that index, if there is one, has no more fragments: without any argument it has the arguments {}.
    void end_tool(std::int64_t index, std::vector<Delta>& out);
    /// Reasoning: nobody sees it, but it is billed and shows that the provider works.
    void hidden(std::string_view piece);

    /// Longer than the bound, or more than 128 tool calls: of no use any more.
    [[nodiscard]] bool overflowed() const { return overflowed_; }
    [[nodiscard]] std::size_t pieces() const { return pieces_; }  ///< so far, hidden ones too
    [[nodiscard]] bool empty() const { return text_.empty() && calls_.empty(); }
    /// All arguments are JSON or empty.
    [[nodiscard]] bool arguments_intact() const;
    /// Our own count of what was said, hidden text and tool calls included.
    [[nodiscard]] Tokens counted() const;

    [[nodiscard]] std::string take_text() { return std::move(text_); }
    [[nodiscard]] std::vector<ToolCall> take_calls();  ///< by index

private:
    struct Call {
        int index;
        std::optional<std::int64_t> told_index;  // as the provider wrote them
        std::string told_id;
        ToolCall call;
    };
    Call* call_for(const Fragment& fragment);
    [[nodiscard]] std::string unique_id(std::string_view told, int index) const;
    bool grow(std::size_t bytes);

    std::size_t max_bytes_;
    std::string repeated_;
    std::string text_;
    std::vector<Call> calls_;  // in order of appearance
    std::size_t bytes_{0}, pieces_{0};
    Tokens hidden_;
    bool overflowed_{false};
};
}  // namespace rondo::llm::wire
