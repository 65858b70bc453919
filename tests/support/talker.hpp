#pragma once
#include "edge/gateway/wire/frame_codec.hpp"
#include "support/web_socket_client.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rondo::support {
using gateway::wire::Frame;

/// A client of rondo.v1: says Frames, written as JSON in the tests, and hears them in whatever encoding the connection has.
class Talker {
public:
    struct Options {
        std::string protocol{"rondo.v1.pb"};
        std::string query{};  ///< of the address, with its '?'
        std::vector<net::Header> headers{};
    };
    Talker(Loop& loop, std::uint16_t port, Options options);

    void say(std::string_view frame_json);
    /// The next frame; nullopt once the connection has ended.
    std::optional<Frame> next();
    /// All frames up to and with the first that is like this; ends the test when there is none.
    std::vector<Frame> until(const std::function<bool(const Frame&)>& last);
    std::vector<Frame> until(Frame::BodyCase body) {
        return until([body](const Frame& frame) { return frame.body_case() == body; });
    }
    /// Says a command and returns its answer; what else came meanwhile is in `heard`, when given.
    Frame ask(std::string_view command_json, std::vector<Frame>* heard = nullptr);
    /// Says something and hears all of it: every frame until its `done` and its `usage` have both come.
    std::vector<Frame> converse(std::string_view command_json);
    /// Frames until the end, and why it ended.
    std::uint16_t ending(std::vector<Frame>* heard = nullptr);

    [[nodiscard]] WebSocketClient& socket() { return socket_; }

private:
    gateway::wire::Encoding encoding_;
    WebSocketClient socket_;
    std::uint32_t last_id_{100};
};

/// As JSON, for messages and comparisons.
[[nodiscard]] std::string text_of(const Frame& frame);
/// The events among frames as they would be told in one go: deltas that follow one another are one, places as EPOCH.SEQ.
[[nodiscard]] std::vector<std::string> story_of(const std::vector<Frame>& frames);
/// The texts of the deltas, concatenated; what a restart made void is left out.
[[nodiscard]] std::string answer_of(const std::vector<Frame>& frames);
/// The place of the last event among frames, and the one that is known before them.
struct Place {
    std::uint32_t epoch{0}, seq{0};
    auto operator<=>(const Place&) const = default;
};
[[nodiscard]] Place place_of(const std::vector<Frame>& frames, Place before = {});
}  // namespace rondo::support
