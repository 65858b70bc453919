#include "platform/net/input_buffer.hpp"

#include <gtest/gtest.h>

#include <string>

namespace rondo::net {
namespace {
void receive(InputBuffer& buffer, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto space = buffer.prepare();
        ASSERT_GT(space.bytes, 0U);
        const auto part = std::min(space.bytes, bytes.size());
        std::memcpy(space.data, bytes.data(), part);
        buffer.commit(part);
        bytes.remove_prefix(part);
    }
}

TEST(InputBuffer, KeepsOrderAcrossCompactionAndGrowth) {
    InputBuffer buffer{64U << 10U};
    std::string expected;
    for (int round = 0; round < 200; ++round) {
        const std::string piece(100, static_cast<char>('a' + round % 26));
        receive(buffer, piece);
        expected += piece;
        if (round % 3 == 0) {
            buffer.consume(70);
            expected.erase(0, 70);
        }
        ASSERT_EQ(buffer.bytes(), expected);
    }
}

TEST(InputBuffer, DoublesWhenFilledUpToItsBound) {
    InputBuffer buffer{10'000};
    std::size_t held = 0;
    for (const std::size_t room : {2048U, 2048U, 4096U, 1808U}) {
        const auto space = buffer.prepare();
        EXPECT_EQ(space.bytes, room);
        std::memset(space.data, 'x', space.bytes);
        buffer.commit(space.bytes);
        held += room;
    }
    EXPECT_EQ(buffer.prepare().bytes, 0U);
    EXPECT_EQ(buffer.bytes(), std::string(held, 'x'));
}

TEST(InputBuffer, GivesMemoryBackWhenIdle) {
    InputBuffer buffer{64U << 10U};
    for (int i = 0; i < 5; ++i) {
        const auto space = buffer.prepare();
        std::memset(space.data, 'x', space.bytes);
        buffer.commit(space.bytes);
    }
    buffer.relax();
    EXPECT_EQ(buffer.bytes().size(), 32U << 10U) << "bytes waiting are kept";
    buffer.consume(buffer.bytes().size());
    buffer.relax();
    EXPECT_EQ(buffer.prepare().bytes, 2048U);
}

TEST(InputBuffer, ReleasesAllOrNothing) {
    InputBuffer buffer{64U << 10U};
    for (int i = 0; i < 2; ++i) {
        const auto space = buffer.prepare();
        std::memset(space.data, 'x', space.bytes);
        buffer.commit(space.bytes);
    }
    buffer.release();
    EXPECT_EQ(buffer.bytes().size(), 4096U) << "bytes waiting are kept";
    buffer.consume(4096);
    buffer.release();
    EXPECT_EQ(buffer.prepare().bytes, 2048U) << "and it begins small again";
}
}  // namespace
}  // namespace rondo::net
