#include "edge/mock/reply.hpp"

namespace rondo::mock {
std::optional<Trouble> trouble_of(const Chosen& chosen, Api api) {
    switch (chosen.fault) {
        case Fault::rate_limit:
            return Trouble{.status = 429, .message = "Rate limit reached.", .retry_after = std::chrono::seconds{chosen.number}};
        case Fault::rate_limit_bare: return Trouble{.status = 429, .message = "Rate limit reached."};
        case Fault::unavailable:
        case Fault::flaky: return Trouble{.status = 503, .message = "The engine is currently overloaded, please try again later."};
        case Fault::server_error: return Trouble{.status = 500, .message = "The server had an error while processing your request."};
        case Fault::overloaded: return Trouble{.status = 529, .message = "Overloaded"};
        case Fault::key_refused: return Trouble{.status = 401, .message = "Incorrect API key provided."};
        case Fault::forbidden: return Trouble{.status = 403, .message = "Your key may not use this model."};
        case Fault::not_found: return Trouble{.status = 404, .message = "The model `not-found` does not exist.", .member = "model"};
        case Fault::too_large: return Trouble{.status = 413, .message = "Request exceeds the maximum size"};
        case Fault::context_too_long: {
            const char* said = api == Api::messages
                                   ? "prompt is too long: 250000 tokens > 200000 maximum"
                                   : "This model's maximum context length is 8192 tokens. Please reduce the length of the messages.";
            return Trouble{.status = 400, .message = said, .member = "messages"};
        }
        case Fault::content_filter:  // OpenAI's filter speaks through the finish reason
            if (api != Api::messages) return std::nullopt;
            return Trouble{.status = 400, .message = "Output blocked by content filtering policy"};
        default: return std::nullopt;
    }
}
}  // namespace rondo::mock
