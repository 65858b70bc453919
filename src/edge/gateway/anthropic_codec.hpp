#pragma once
#include "base/result.hpp"
#include "engine/llm/model.hpp"
#include "platform/net/message.hpp"

#include <string>
#include <string_view>
#include <vector>

/// The shapes of the Anthropic Messages API, as its SDKs send and expect them. Pure.
namespace rondo::gateway::anthropic {
struct MessagesRequest {
    llm::ModelRequest ask;
    bool stream{false};
};

/// A text answer begun by the caller (a last message of the assistant) becomes the prefill. Members this server does not know go
/// to `ask.extra`: a target of the same dialect may understand them.
/// Errors: `invalid_argument` with every fault at its JSON pointer.
[[nodiscard]] Result<MessagesRequest> messages_request(std::string_view body);

struct Identity {
    std::string id;     ///< "msg_..."
    std::string model;  ///< as it was asked for
};

/// One answer as server-sent events: message_start, blocks with their deltas, message_delta, message_stop. Text and each tool
/// call are blocks of their own, one open at a time: what providers tell amid an unfinished call follows it at the end.
class EventWriter {
public:
    explicit EventWriter(Identity identity) : identity_{std::move(identity)} {}

    [[nodiscard]] std::string delta(const llm::Delta& delta);
    [[nodiscard]] std::string finish(const llm::Completion& completion);
    /// An error after the head was sent: told in the stream, and nothing follows.
    [[nodiscard]] std::string error(const Error& error);

private:
    enum class Block { none, text, tool };
    std::string begin();
    std::string open_text();
    std::string open_tool(std::string_view id, std::string_view name);
    std::string close();
    std::string add_text(std::string_view text);
    std::string add_call(const llm::ToolCallDelta& piece);
    std::string add(std::string_view kind, std::string_view member, std::string_view text) const;
    [[nodiscard]] bool amid_call() const;  ///< the open block is a call whose arguments are not whole

    Identity identity_;
    bool begun_{false};
    Block open_{Block::none};
    int tool_{0};    // whose block is open
    int blocks_{0};  // begun so far; the open one is the last
    std::string arguments_;          // of that call
    std::vector<std::string> told_;  // ids of the calls that have a block
    std::string late_text_;
};

/// The whole answer of a request that did not ask for a stream.
[[nodiscard]] std::string message_json(const Identity& identity, const llm::Completion& completion);

/// `{"type":"error","error":{"type","message"}}` with the status of the code.
[[nodiscard]] std::string error_json(const Error& error);
[[nodiscard]] net::Response error_response(const Error& error);
}  // namespace rondo::gateway::anthropic
