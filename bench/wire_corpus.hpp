#pragma once
#include "base/result.hpp"

#include <proto/rondo.pb.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace rondo::bench {
/// What a server tells one user in some conversations, message by message: the traffic the wire's forms are compared on.
struct WireCorpus {
    /// What rondo.v1 says once, and the older envelope in each message.
    struct Session {
        std::string session_id, user_id;
    };
    struct Turn {
        std::size_t session;           ///< index
        std::string request_id;        ///< a UUID
        std::string trace_id;          ///< 32 hexadecimal digits
        std::int64_t timestamp;        ///< of its first message, milliseconds since 1970
    };
    struct Message {
        std::size_t turn;              ///< index
        std::int64_t timestamp;        ///< milliseconds since 1970
        v1::Frame frame;
    };

    std::vector<Session> sessions;
    std::vector<Turn> turns;
    std::vector<Message> messages;
};

/// The corpus in bench/corpora/wire.jsonl: always the same. Ten conversations of seven turns, four of them Chinese; a turn is told as the
/// server tells it, its answer in pieces of a token or a few, as a provider's stream brings them: more than 90 % of all messages.
[[nodiscard]] WireCorpus make_wire_corpus();

/// JSON lines. A line with `session_id` begins a session, one with `request_id` a turn; every other line is the next Frame of the turn
/// as proto3 JSON. Messages follow each other by kMessageEvery.
[[nodiscard]] std::string write_wire_corpus(const WireCorpus& corpus);
/// Errors: `data_loss` with the number of the line that is none of these.
[[nodiscard]] Result<WireCorpus> parse_wire_corpus(std::string_view lines);
/// Errors: also `not_found`.
[[nodiscard]] Result<WireCorpus> read_wire_corpus(const std::filesystem::path& file);

constexpr std::int64_t kMessageEvery = 40;  ///< milliseconds
}  // namespace rondo::bench
