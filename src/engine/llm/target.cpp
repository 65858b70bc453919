#include "engine/llm/target.hpp"

namespace rondo::llm {
Target::~Target() = default;

asio::awaitable<Target::EmbedOutcome> Target::embed(const EmbedRequest&, CallContext) {
    co_return std::unexpected{
        Failure{.error = {.code = Code::unimplemented, .message = "this target makes no embeddings; ask for another one"},
                .error_class = ErrorClass::caller_fault}};
}
}  // namespace rondo::llm
