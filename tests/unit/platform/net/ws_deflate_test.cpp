#include "platform/net/web_socket_deflate.hpp"

#include "base/rng.hpp"

#include <gtest/gtest.h>

#include <cstdint>

namespace rondo::net {
namespace {
using Outcome = Inflater::Outcome;
constexpr std::size_t kLimit = 1U << 20U;

/// What comes out when `packed` is fed in pieces; empty optional: broken or too long.
std::optional<std::string> inflated(std::string_view packed, std::size_t piece, std::size_t limit = kLimit) {
    Inflater inflater;
    std::string out;
    for (; !packed.empty(); packed.remove_prefix(std::min(piece, packed.size()))) {
        if (inflater.feed(packed.substr(0, piece), out, limit) != Outcome::fine) return std::nullopt;
    }
    if (inflater.finish(out, limit) != Outcome::fine) return std::nullopt;
    return out;
}

std::string prose(std::size_t size) {
    std::string text;
    for (int line = 0; text.size() < size; ++line)
        text += R"({"seq":)" + std::to_string(line * line) +
                R"(,"delta":"你好 world"})"
                "\n";
    text.resize(size);
    return text;
}

std::string noise(std::size_t size) {
    Rng rng{size};
    std::string bytes(size, '\0');
    for (char& c : bytes) c = static_cast<char>(rng.below(256));
    return bytes;
}

TEST(WsDeflate, WhatIsCompressedComesBack) {
    for (int bits = 8; bits <= 15; ++bits) {
        for (const std::size_t size : {100U, 512U, 513U, 4095U, 4096U, 4097U, 16'384U, 70'000U, 400'000U}) {
            for (const auto& data : {prose(size), std::string(size, 'x'), prose(size / 2) + noise(size / 8)}) {
                std::string packed;
                if (!deflate_message(data, bits, packed)) continue;
                EXPECT_LT(packed.size(), data.size());
                ASSERT_EQ(inflated(packed, packed.size()), data) << size << " bytes, window " << bits;
                ASSERT_EQ(inflated(packed, 1 + size / 50), data) << size << " bytes in pieces, window " << bits;
            }
        }
    }
}

TEST(WsDeflate, ItGainsOnProse) {
    std::string packed;
    ASSERT_TRUE(deflate_message(prose(512), 15, packed));
    EXPECT_LT(packed.size(), 256U);
    ASSERT_TRUE(deflate_message(prose(50'000), 9, packed));
    EXPECT_LT(packed.size(), 25'000U) << "in the smallest window too";
    ASSERT_TRUE(deflate_message(prose(50'000), 8, packed)) << "and without any";
}

TEST(WsDeflate, WhatDoesNotGainIsNotCompressed) {
    std::string packed;
    EXPECT_FALSE(deflate_message("", 15, packed));
    EXPECT_FALSE(deflate_message("ab", 15, packed));
    EXPECT_FALSE(deflate_message(noise(5000), 15, packed));
    EXPECT_FALSE(deflate_message(noise(200'000), 12, packed));
}

/// Reads the codes of a message made for `bits` and sees that none reaches further back than such a window.
TEST(WsDeflate, AWindowOf256BytesGetsNoReferences) {
    std::string packed;
    const std::string data(40'000, 'x');  // references would make this tiny
    ASSERT_TRUE(deflate_message(data, 8, packed));
    EXPECT_GT(packed.size(), data.size() / 9) << "a bit for each byte at least";
    EXPECT_EQ(inflated(packed, 1000), data);
}

TEST(WsDeflate, OutputIsLimitedWhateverTheInput) {
    std::string bomb;
    ASSERT_TRUE(deflate_message(std::string(8U << 20U, '\0'), 15, bomb));
    ASSERT_LT(bomb.size(), 40'000U);
    for (const std::size_t limit : {0U, 1U, 1000U, 100'000U, (8U << 20U) - 1}) {
        Inflater inflater;
        std::string out;
        EXPECT_EQ(inflater.feed(bomb, out, limit), Outcome::too_long);
        EXPECT_LE(out.size(), limit + (16U << 10U));
    }
    EXPECT_EQ(inflated(bomb, bomb.size(), 8U << 20U)->size(), 8U << 20U) << "the limit itself is allowed";
}

TEST(WsDeflate, AMessageCutAnywhereIsNoticed) {
    const std::string data = prose(700);
    std::string packed;
    ASSERT_TRUE(deflate_message(data, 15, packed));
    for (std::size_t size = 1; size + 1 < packed.size(); ++size) {
        ASSERT_FALSE(inflated(packed.substr(0, size), size)) << "cut behind " << size << " of " << packed.size();
    }
}

TEST(WsDeflate, OneInflaterReadsOneMessageAfterALastBlock) {
    const std::string last{"\xf3\x48\xcd\xc9\xc9\x07\x00", 7};  // "Hello", says it is the last block
    std::string packed, all;
    for (int i = 0; i < 5000; ++i) {
        packed += last;
        all += "Hello";
    }
    for (const std::size_t piece : {1U, 2U, 3U, 5U, 7U, 1000U, 35'000U}) EXPECT_EQ(inflated(packed, piece), all) << piece;
}
}  // namespace
}  // namespace rondo::net
