#include "engine/llm/meter.hpp"

namespace rondo::llm {
Meter::~Meter() = default;
Meter::Hold::~Hold() = default;
}  // namespace rondo::llm
