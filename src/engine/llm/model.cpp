#include "engine/llm/model.hpp"

namespace rondo::llm {
Model::~Model() = default;

std::string_view name(Message::Role role) noexcept {
    switch (role) {
        case Message::Role::system: return "system";
        case Message::Role::user: return "user";
        case Message::Role::assistant: return "assistant";
        case Message::Role::tool: return "tool";
    }
    return "user";
}
}  // namespace rondo::llm
