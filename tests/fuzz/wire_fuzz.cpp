// What a stranger may send over a WebSocket: frames of rondo.v1 and envelopes of older clients, as protobuf and as JSON.
#include "base/json.hpp"
#include "edge/gateway/compat/envelope_codec.hpp"
#include "edge/gateway/wire/dialect.hpp"
#include "edge/gateway/wire/event_frames.hpp"
#include "edge/gateway/wire/frame_codec.hpp"
#include "fuzz/fuzz.hpp"

#include <boost/json.hpp>

#include <string>

namespace rondo::fuzz {
namespace {
namespace wire = gateway::wire;
namespace compat = gateway::compat;
using Kind = net::WebSocket::Kind;

void refused(const Error& error) {
    expect(error.code == Code::invalid_argument && error.reason == "BAD_ENVELOPE", "what cannot be read is the sender's fault");
    expect(!error.message.empty(), "and it is told what to do");
}

void frame(wire::Encoding encoding, std::string_view input) {
    auto read = wire::decode(encoding, input);
    if (!read) return refused(read.error());
    const std::string bytes = wire::encode(wire::Encoding::pb, *read);
    const auto again = wire::decode(wire::Encoding::pb, bytes);
    expect(again && wire::encode(wire::Encoding::pb, *again) == bytes, "a frame survives protobuf");
    const std::string text = wire::encode(wire::Encoding::json, *read);
    expect(json::parse(text).has_value(), "a frame is JSON in JSON");
    const auto typed = wire::decode(wire::Encoding::json, text);
    expect(typed.has_value(), "what we write as JSON we read");
    expect(typed->body_case() == read->body_case(), "and it says the same");
    static_cast<void>(wire::redact(*read));
    const auto shown = wire::make_dialect(wire::Protocol::envelope)->write(*read);
    if (shown) expect(json::parse(shown->data).has_value(), "older clients get JSON until they send something else");
}

void envelope(compat::Form form, std::string_view input) {
    const auto read = compat::decode(form, input);
    if (!read) return refused(read.error());
    expect(json::parse(compat::encode(compat::Form::json, *read)).has_value(), "an envelope is JSON in JSON");
    const auto again = compat::decode(compat::Form::pb, compat::encode(compat::Form::pb, *read));
    expect(again && again->SerializeAsString() == read->SerializeAsString(), "an envelope survives protobuf");
    const Kind kind = form == compat::Form::json ? Kind::text : Kind::binary;
    const auto asked = wire::make_dialect(wire::Protocol::envelope)->read({kind, std::string{input}});
    if (!asked) return refused(asked.error());
    expect(asked->command.id() != 0, "every envelope is answered");
}
}  // namespace

void run(std::string_view input) {
    switch (choice(input) % 5) {
        case 0: return frame(wire::Encoding::pb, input);
        case 1: return frame(wire::Encoding::json, input);
        case 2: return envelope(compat::Form::pb, input);
        case 3: return envelope(compat::Form::json, input);
        default: {
            const auto chosen = wire::choose_protocol(input);
            if (!chosen) expect(chosen.error().reason == "UNKNOWN_SUBPROTOCOL", "a list of others is refused as such");
        }
    }
}
}  // namespace rondo::fuzz
