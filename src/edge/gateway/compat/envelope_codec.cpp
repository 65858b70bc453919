#include "edge/gateway/compat/envelope_codec.hpp"

#include "base/json.hpp"
#include "edge/gateway/wire/frame_codec.hpp"

#include <boost/json.hpp>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/util/json_util.h>

#include <array>
#include <cstdint>
#include <memory>

namespace rondo::gateway::compat {
namespace {
using boost::json::object;
using boost::json::value;
using google::protobuf::Message;

std::unexpected<Error> bad(std::string message) {
    return fail(Error{.code = Code::invalid_argument, .message = std::move(message), .reason = "BAD_ENVELOPE"});
}

bool parse(std::string_view bytes, Message& into) {
    if (bytes.size() > wire::kMaxFrameBytes) return false;
    google::protobuf::io::CodedInputStream in{reinterpret_cast<const std::uint8_t*>(bytes.data()), static_cast<int>(bytes.size())};
    in.SetRecursionLimit(wire::kMaxFrameDepth);
    if (!into.ParseFromCodedStream(&in) || !in.ConsumedEntireMessage()) return false;
    into.DiscardUnknownFields();
    return true;
}

bool parse_json(std::string_view text, Message& into) {
    google::protobuf::util::JsonParseOptions options;
    options.ignore_unknown_fields = true;
    return google::protobuf::util::JsonStringToMessage({text.data(), text.size()}, &into, options).ok();
}

/// The message that a type's payload is; null for a type we do not know.
std::unique_ptr<Message> payload_of(std::string_view type) {
    if (type == "chat") return std::make_unique<v2::ChatMessage>();
    if (type == "tool_result") return std::make_unique<v2::ToolCall>();
    if (type == "status") return std::make_unique<v2::StatusMessage>();
    if (type == "coach_advice") return std::make_unique<v2::CoachAdvice>();
    return nullptr;
}

Result<v2::Envelope> decode_json(std::string_view text) {
    auto parsed = json::parse(text, {.max_bytes = wire::kMaxFrameBytes, .max_depth = wire::kMaxFrameDepth});
    if (!parsed) return bad("not JSON: " + parsed.error().message);
    auto* members = parsed->if_object();
    if (!members) return bad("an envelope is a JSON object");
    // An object there is no protobuf JSON: it is read apart.
    value payload;
    if (auto* found = members->if_contains("payload"); found && found->is_object()) {
        payload = std::move(*found);
        members->erase("payload");
    }
    v2::Envelope envelope;
    if (!parse_json(json::write(*parsed), envelope)) return bad("not an envelope.v2; see docs/protocol.md for its members and their types");
    if (!payload.is_object()) return envelope;
    const auto message = payload_of(envelope.type());
    if (!message) return envelope;
    if (!parse_json(json::write(payload), *message)) return bad("the payload is not that of its type; see docs/protocol.md");
    envelope.set_payload(message->SerializeAsString());
    return envelope;
}

std::string encode_json(const v2::Envelope& envelope) {
    object members{{"version", envelope.version()}, {"type", envelope.type()}};
    object payload;
    if (const auto message = payload_of(envelope.type()); message && parse(envelope.payload(), *message)) {
        google::protobuf::util::JsonPrintOptions options;
        options.preserve_proto_field_names = true;
        std::string text;
        boost::system::error_code ec;
        if (google::protobuf::util::MessageToJsonString(*message, &text, options).ok()) {
            auto told = boost::json::parse(text, ec);
            if (!ec && told.is_object()) payload = std::move(told.get_object());
        }
        // Standard JSON of 64-bit numbers is a string; older clients have numbers.
        for (const char* key : {"turn_number", "retry_after_ms"}) {
            auto* number = payload.if_contains(key);
            if (number && number->is_string()) *number = std::stoll(std::string{number->get_string()});
        }
    }
    members["payload"] = std::move(payload);
    members["trace_id"] = envelope.trace_id();
    members["request_id"] = envelope.request_id();
    members["timestamp"] = envelope.timestamp();
    return json::write(members);
}
}  // namespace

Result<v2::Envelope> decode(Form form, std::string_view bytes) {
    if (form == Form::json) return decode_json(bytes);
    v2::Envelope envelope;
    if (!parse(bytes, envelope)) return bad("not an envelope.v2 as protobuf; see docs/protocol.md");
    return envelope;
}

std::string encode(Form form, const v2::Envelope& envelope) {
    return form == Form::json ? encode_json(envelope) : envelope.SerializeAsString();
}
}  // namespace rondo::gateway::compat
