#include "ws_frames.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace rondo::bench::ws {
namespace {
constexpr std::string_view kAgreed = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";

TEST(WsFrames, AClientsFrameHasAMaskAndTheShortestLength) {
    struct Row {
        std::size_t bytes;
        std::string head;
    };
    using namespace std::string_literals;
    for (const auto& [bytes, head] : {Row{0, "\x82\x80"s}, Row{125, "\x82\xfd"s}, Row{126, "\x82\xfe\x00\x7e"s},
                                      Row{65'536, "\x82\xff\x00\x00\x00\x00\x00\x01\x00\x00"s}}) {
        std::string frame;
        append_frame(frame, Opcode::binary, std::string(bytes, 'x'));
        EXPECT_EQ(frame, head + std::string(4, '\0') + std::string(bytes, 'x'));
    }
}

TEST(WsFrames, MessagesAreReadWhereverTheirBytesAreCut) {
    using namespace std::string_literals;
    std::string bytes{kAgreed};
    bytes += "\x82\x02hi"s + "\x89\x00"s + "\x81\x7e\x00\x7e"s + std::string(126, 't') + "\x88\x02\x03\xe9"s;
    const std::vector<std::pair<Opcode, std::string>> wanted{
        {Opcode::binary, "hi"}, {Opcode::ping, ""}, {Opcode::text, std::string(126, 't')}, {Opcode::close, "\x03\xe9"}};
    for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
        Reader reader;
        std::vector<std::pair<Opcode, std::string>> read;
        for (std::size_t at = 0; at < bytes.size(); at += piece) {
            reader.feed(std::string_view{bytes}.substr(at, piece));
            const auto upgraded = reader.upgraded();
            ASSERT_TRUE(upgraded);
            while (*upgraded) {
                const auto message = reader.next();
                ASSERT_TRUE(message);
                if (!*message) break;
                read.emplace_back((*message)->opcode, (*message)->data);
            }
        }
        EXPECT_EQ(read, wanted) << "in pieces of " << piece;
    }
}

TEST(WsFrames, WhatNoServerSendsIsRefused) {
    using namespace std::string_literals;
    struct Row {
        const char* claim;
        std::string frame;
    };
    for (const auto& [claim, frame] :
         {Row{"a mask", "\x82\x80\x00\x00\x00\x00"s}, Row{"a reserved bit", "\xc2\x00"s}, Row{"a first piece of several", "\x02\x01x"s},
          Row{"a further piece", "\x80\x01x"s}, Row{"a length beyond all measure", "\x82\x7f\x00\x00\x00\x01\x00\x00\x00\x00"s}}) {
        Reader reader;
        reader.feed(kAgreed);
        ASSERT_TRUE(reader.upgraded());
        reader.feed(frame);
        const auto read = reader.next();
        ASSERT_FALSE(read) << claim;
        EXPECT_EQ(read.error().code, Code::data_loss) << claim;
    }
}

TEST(WsFrames, ARefusedUpgradeIsTold) {
    Reader reader;
    reader.feed("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n");
    const auto yet = reader.upgraded();
    ASSERT_TRUE(yet);
    EXPECT_FALSE(*yet);
    reader.feed("\r\n");
    const auto upgraded = reader.upgraded();
    ASSERT_FALSE(upgraded);
    EXPECT_NE(upgraded.error().message.find("400 Bad Request"), std::string::npos);
}
}  // namespace
}  // namespace rondo::bench::ws
