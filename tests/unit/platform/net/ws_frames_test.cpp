#include "platform/net/web_socket_reader.hpp"
#include "ws_cases.hpp"

#include <gtest/gtest.h>

#include <cstdio>

namespace rondo::net {
namespace {
using Heard = WebSocketReader::Heard;

/// Everything the reader makes of `wire`, given in pieces of `first` bytes and then of `others`.
std::vector<std::string> hear(const WsCase& row, std::size_t first, std::size_t others) {
    WebSocketReader reader{{.max_message = kCaseLimit, .deflate = row.deflate}};
    std::vector<std::string> all;
    std::string_view rest = row.wire;
    for (std::size_t size = first; !rest.empty(); size = others) {
        auto piece = rest.substr(0, size);
        rest.remove_prefix(piece.size());
        for (Heard heard = reader.feed(piece); heard != Heard::nothing; heard = reader.feed(piece)) {
            const std::string code = std::to_string(reader.closing().code);
            if (heard == Heard::message) {
                const auto message = reader.take_message();
                all.push_back(said(message.kind == WebSocket::Kind::text ? "text" : "binary", message.data));
            }
            if (heard == Heard::ping) all.push_back(said("ping", reader.control()));
            if (heard == Heard::pong) all.push_back(said("pong", reader.control()));
            if (heard == Heard::close) all.push_back("close " + code);
            if (heard == Heard::violation) {
                all.push_back("violation " + code);
                EXPECT_FALSE(reader.closing().reason.empty()) << "whoever broke the rules is told which";
            }
            if (heard == Heard::close || heard == Heard::violation) return all;
        }
    }
    return all;
}

TEST(WsFrames, EveryCaseReadsTheSameHoweverItIsCut) {
    std::size_t cases = 0, readings = 0;
    for (const WsCase& row : all_ws_cases()) {
        const std::size_t size = row.wire.size();
        SCOPED_TRACE(row.claim);
        EXPECT_EQ(hear(row, size, size), row.heard) << "whole";
        EXPECT_EQ(hear(row, 1, 1), row.heard) << "byte by byte";
        EXPECT_EQ(hear(row, 3, 7), row.heard) << "in sevens";
        readings += 3;
        for (std::size_t cut = 1; size <= 300 && cut < size; ++cut, ++readings) {
            ASSERT_EQ(hear(row, cut, size), row.heard) << "cut behind byte " << cut;
        }
        ++cases;
    }
    std::printf("%zu cases, read %zu times\n", cases, readings);
    EXPECT_GE(cases, 200U);
}

TEST(WsFrames, AViolationStays) {
    WebSocketReader reader{{.max_message = 100}};
    const std::string wrong = client_text("\xff"), fine = client_text("fine");
    std::string_view bytes = wrong;
    EXPECT_EQ(reader.feed(bytes), Heard::violation);
    bytes = fine;
    EXPECT_EQ(reader.feed(bytes), Heard::violation);
    EXPECT_EQ(reader.closing().code, 1007);
    EXPECT_FALSE(reader.closing().by_peer);
}

TEST(WsFrames, ACloseTellsItsReason) {
    WebSocketReader reader{{.max_message = 100}};
    const std::string wire = client_close(4001, "再见");
    std::string_view bytes = wire;
    EXPECT_EQ(reader.feed(bytes), Heard::close);
    EXPECT_EQ(reader.closing().code, 4001);
    EXPECT_EQ(reader.closing().reason, "再见");
    EXPECT_TRUE(reader.closing().by_peer);
}

struct HeadRow {
    const char* claim;
    std::size_t payload;
    bool compressed;
    std::string head;
};

TEST(WsFrames, OurHeadsAreAsShortAsTheyCanBe) {
    const HeadRow rows[] = {
        {"empty", 0, false, std::string{"\x81\x00", 2}},
        {"the longest short one", 125, false, "\x81\x7d"},
        {"the shortest of two bytes", 126, false, std::string{"\x81\x7e\x00\x7e", 4}},
        {"the longest of two bytes", 65'535, false, "\x81\x7e\xff\xff"},
        {"the shortest of eight bytes", 65'536, false, std::string{"\x81\x7f\0\0\0\0\0\x01\0\0", 10}},
        {"compressed", 5, true, "\xc1\x05"},
    };
    for (const HeadRow& row : rows) {
        std::string out;
        append_frame_head(out, Opcode::text, row.payload, row.compressed);
        EXPECT_EQ(out, row.head) << row.claim;
    }
}

TEST(WsFrames, AReasonIsCutBetweenCharacters) {
    std::string reason, out;
    while (reason.size() < 200) reason += "再";
    append_close_frame(out, 1008, reason);
    EXPECT_EQ(out.size(), 2U + 2U + 123U);
    EXPECT_EQ(out.substr(0, 4), "\x88\x7d\x03\xf0");
    out.clear();
    append_close_frame(out, 1008, "é" + reason);
    EXPECT_EQ(out.size(), 2U + 2U + 122U) << "half a character is none";
    out.clear();
    append_close_frame(out, kNoCloseCode, "");
    EXPECT_EQ(out, (std::string{"\x88\x00", 2}));
}

TEST(WsFrames, UnmaskingDoesNotDependOnWhereItBegins) {
    const std::string text = "The quick brown fox jumps over the lazy dog, 你好!";
    const Mask mask{'\x12', '\xf4', '\x00', '\x9c'};
    std::string masked(text.size(), '\0');
    for (std::size_t i = 0; i < text.size(); ++i) masked[i] = static_cast<char>(text[i] ^ mask[i % 4]);
    for (std::size_t begin = 0; begin < text.size(); ++begin) {
        for (std::size_t size = 0; begin + size <= text.size(); ++size) {
            std::string plain = masked.substr(begin, size);
            unmask(plain.data(), plain, mask, begin);
            ASSERT_EQ(plain, text.substr(begin, size));
        }
    }
}
}  // namespace
}  // namespace rondo::net
