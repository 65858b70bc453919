#include "wire_forms.hpp"

#include <fmt/format.h>
#include <google/protobuf/util/json_util.h>

namespace rondo::bench {
namespace {
std::string to_json(const google::protobuf::Message& message, bool names_of_the_proto) {
    google::protobuf::util::JsonPrintOptions options;
    options.preserve_proto_field_names = names_of_the_proto;
    std::string text;
    // Fails only for types that no frame has (Any).
    static_cast<void>(google::protobuf::util::MessageToJsonString(message, &text, options));
    return text;
}

const google::protobuf::FieldDescriptor* body_of(const v1::Frame& frame) {
    return frame.GetReflection()->GetOneofFieldDescriptor(frame, v1::Frame::descriptor()->FindOneofByName("body"));
}
}  // namespace

std::string to_lean_json(const v1::Frame& frame) { return to_json(frame, false); }

std::string to_pb(const v1::Frame& frame) { return frame.SerializeAsString(); }

std::string to_flat_json(const WireCorpus& corpus, const WireCorpus::Message& message) {
    const auto& turn = corpus.turns[message.turn];
    const auto& session = corpus.sessions[turn.session];
    std::string fields;
    if (const auto* body = body_of(message.frame)) {
        fields = to_json(message.frame.GetReflection()->GetMessage(message.frame, body), true);
        fields = fields.substr(1, fields.size() - 2);  // without its braces
        if (!fields.empty()) fields.insert(fields.begin(), ',');
    }
    return fmt::format(
        R"({{"version":"2.0","type":"{}","payload":{{"session_id":"{}","user_id":"{}"{}}},"trace_id":"{}","request_id":"{}","timestamp":{}}})",
        body_name(message.frame), session.session_id, session.user_id, fields, turn.trace_id, turn.request_id, message.timestamp);
}

std::string body_name(const v1::Frame& frame) {
    const auto* body = body_of(frame);
    return body ? body->name() : std::string{};
}
}  // namespace rondo::bench
