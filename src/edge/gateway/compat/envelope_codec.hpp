#pragma once
#include "base/result.hpp"

#include <proto/envelope_v2.pb.h>

#include <string>
#include <string_view>

/// The flat envelope of older clients (proto/envelope_v2.proto) as bytes. Pure.
namespace rondo::gateway::compat {
namespace v2 = rondo::envelope::v2;

inline constexpr std::string_view kEnvelopeVersion = "2.0";

enum class Form : unsigned char { pb, json };

/// In JSON the payload is an object whose members are those of the type's message; a string is taken as base64 of its protobuf. In what
/// this returns it is always protobuf. Unknown fields are dropped. Errors: `invalid_argument`, reason BAD_ENVELOPE.
[[nodiscard]] Result<v2::Envelope> decode(Form form, std::string_view bytes);
/// JSON has the members' names as in the .proto, `payload` as an object, numbers as numbers.
[[nodiscard]] std::string encode(Form form, const v2::Envelope& envelope);
}  // namespace rondo::gateway::compat
