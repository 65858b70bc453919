#include "edge/gateway/wire/frame_codec.hpp"

#include "base/hex.hpp"
#include "base/json.hpp"
#include "base/trace.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/util/json_util.h>

#include <iterator>
#include <span>

namespace rondo::gateway::wire {
namespace {
constexpr json::Limits kJsonLimits{.max_bytes = kMaxFrameBytes, .max_depth = kMaxFrameDepth};
constexpr std::size_t kTraceBytes = 16;

std::unexpected<Error> bad(std::string message) {
    return fail(Error{.code = Code::invalid_argument, .message = std::move(message), .reason = "BAD_ENVELOPE"});
}

Result<Frame> decode_pb(std::string_view bytes) {
    if (bytes.size() > kMaxFrameBytes) return bad(fmt::format("a frame has at most {} bytes", kMaxFrameBytes));
    google::protobuf::io::CodedInputStream in{reinterpret_cast<const std::uint8_t*>(bytes.data()), static_cast<int>(bytes.size())};
    in.SetRecursionLimit(kMaxFrameDepth);
    Frame frame;
    if (!frame.ParseFromCodedStream(&in) || !in.ConsumedEntireMessage())
        return bad("not a Frame of rondo.v1 as protobuf; see docs/protocol.md");
    frame.DiscardUnknownFields();
    return frame;
}

Result<Frame> decode_json(std::string_view text) {
    // Protobuf's own reader takes more than JSON, and deeper; ours says where a fault is.
    const auto sound = json::parse(text, kJsonLimits);
    if (!sound) return bad("not JSON: " + sound.error().message);
    if (!sound->is_object()) return bad("a frame is a JSON object");
    google::protobuf::util::JsonParseOptions options;
    options.ignore_unknown_fields = true;
    Frame frame;
    const auto status = google::protobuf::util::JsonStringToMessage({text.data(), text.size()}, &frame, options);
    if (!status.ok()) return bad("not a Frame of rondo.v1 as JSON; see docs/protocol.md for the members and their types");
    return frame;
}

/// By hand, since most frames are deltas and the general way takes twenty times as long.
std::string delta_json(const Frame& frame) {
    std::string text = "{";
    const auto number = [&text](const char* name, std::uint32_t value) {
        if (value != 0) fmt::format_to(std::back_inserter(text), R"("{}":{},)", name, value);
    };
    number("seq", frame.seq());
    number("epoch", frame.epoch());
    number("id", frame.id());
    text += R"("delta":{)";
    if (!frame.delta().text().empty()) text.append(R"("text":)").append(json::quote(frame.delta().text()));
    if (frame.delta().seam()) text.append(frame.delta().text().empty() ? "" : ",").append(R"("seam":true)");
    return text.append("}}");
}
}  // namespace

Result<Frame> decode(Encoding encoding, std::string_view bytes) { return encoding == Encoding::pb ? decode_pb(bytes) : decode_json(bytes); }

std::string encode(Encoding encoding, const Frame& frame) {
    if (encoding == Encoding::pb) return frame.SerializeAsString();
    if (frame.has_delta()) return delta_json(frame);
    std::string text;
    // Fails for what is not UTF-8 alone, and nothing that is not gets into a frame.
    if (!google::protobuf::util::MessageToJsonString(frame, &text).ok()) text = "{}";
    return text;
}

std::string trace_bytes(std::string_view hex) {
    const auto trace = parse_traceparent(fmt::format("00-{}-0000000000000001-01", hex));
    return hex.size() == 2 * kTraceBytes && trace ? std::string{trace->trace_id.begin(), trace->trace_id.end()} : std::string{};
}

std::string trace_hex(std::string_view bytes) {
    if (bytes.size() != kTraceBytes) return {};
    return to_hex(std::span{reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}
}  // namespace rondo::gateway::wire
