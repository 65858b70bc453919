#pragma once
#include "wire_corpus.hpp"

#include <cstddef>
#include <string>

namespace rondo::bench {
/// A frame as rondo.v1.json sends it: proto3 JSON, compact.
[[nodiscard]] std::string to_lean_json(const v1::Frame& frame);
/// A frame as rondo.v1.pb sends it.
[[nodiscard]] std::string to_pb(const v1::Frame& frame);

/// A message in the flat envelope of older clients: {version, type, payload, trace_id, request_id, timestamp}, with the session's and
/// the user's ids in every payload.
[[nodiscard]] std::string to_flat_json(const WireCorpus& corpus, const WireCorpus::Message& message);

/// Which field of the oneof the frame holds: "delta" and so on; "" when it holds none.
[[nodiscard]] std::string body_name(const v1::Frame& frame);

/// Bytes on the connection of a server's message: RFC 6455 puts 2, 4 or 10 before it.
[[nodiscard]] constexpr std::size_t framed(std::size_t payload) {
    if (payload < 126) return payload + 2;
    return payload + (payload < 65'536 ? 4 : 10);
}
}  // namespace rondo::bench
