#pragma once
#include "base/money.hpp"
#include "engine/llm/request.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace rondo::llm {
/// The instructions in the order that lets a provider's prompt cache work: what is the same in many requests first, then what
/// belongs to this one.
struct PromptLayout {
    struct Block {
        std::string text;
        bool cache{false};  ///< the prompt up to here is worth a place in the cache
        bool operator==(const Block&) const = default;
    };
    std::vector<Block> fixed;
    std::string changing;  ///< instructions of this request and its sources; "": none

    /// All of it as one text, for providers that find repeated beginnings themselves.
    [[nodiscard]] std::string joined() const;
};

struct LayoutRule {
    Tokens minimum{1'024};  ///< shorter beginnings are not cached by the provider
    std::size_t max_marks{4};
};

/// Lays the instructions of `request` out. Fixed blocks are merged until each is at least as long as the minimum; a short rest
/// joins the last one. The ends of the last `max_marks` of them are marked. All together below the minimum (tools count
/// too: providers read them first): one block, no mark. Pure.
[[nodiscard]] PromptLayout lay_out(const ModelRequest& request, const LayoutRule& rule = {});
}  // namespace rondo::llm
