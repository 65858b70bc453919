#pragma once
#include "platform/net/http_client.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rondo {
namespace asio = boost::asio;
}

namespace rondo::support {
/// The two APIs at /v1.
enum class Api { openai, anthropic };

/// An answer at /v1 as a program hears it that trusts what the API's documentation says, as the SDKs do.
struct Heard {
    struct Call {
        std::string id, arguments;
    };
    int status{0};
    std::string text{};
    std::vector<Call> calls{};
    std::string finish{};           ///< finish_reason or stop_reason; "": none was told
    bool ended{false};              ///< the JSON body was whole; a stream told its [DONE] or message_stop
    std::string error{};            ///< type of the error told in the API's shape, by status or inside the stream; "": none
    std::int64_t output_tokens{0};  ///< as `usage` has them
};

/// A question that both APIs take. A stream asks OpenAI's for its usage.
[[nodiscard]] net::ClientRequest question(Api api, std::string_view model, std::string_view message, bool stream);

/// Asks and listens to the end. A connection that breaks ends the answer without `ended`; one that is silent for a minute, too.
asio::awaitable<Heard> listen(net::HttpClient& http, Api api, net::ClientRequest question, bool stream);
}  // namespace rondo::support
