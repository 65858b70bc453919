#include "engine/llm/target.hpp"

namespace rondo::llm {
Target::~Target() = default;
}  // namespace rondo::llm
