#include "answer_reader.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

namespace rondo::bench {
namespace {
struct Row {
    const char* claim;
    std::string bytes;
    int status;
    std::string body;
    bool done;
    std::optional<Code> refused;
};

class AnswerReaderTest : public testing::TestWithParam<Row> {};

/// The bytes in pieces of `size`.
std::optional<Code> feed(AnswerReader& reader, std::string_view bytes, std::size_t size) {
    for (; !bytes.empty(); bytes.remove_prefix(std::min(size, bytes.size()))) {
        if (const auto fed = reader.feed(bytes.substr(0, size)); !fed) return fed.error().code;
    }
    return std::nullopt;
}

TEST_P(AnswerReaderTest, InOnePieceOrMany) {
    const Row& row = GetParam();
    for (const std::size_t size : {std::size_t{1}, std::size_t{7}, row.bytes.size()}) {
        AnswerReader reader;
        EXPECT_EQ(feed(reader, row.bytes, size), row.refused) << row.claim << ", pieces of " << size;
        if (row.refused) continue;
        EXPECT_EQ(reader.status(), row.status) << row.claim;
        EXPECT_EQ(reader.body(), row.body) << row.claim;
        EXPECT_EQ(reader.done(), row.done) << row.claim;
    }
}

const std::string kChunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

INSTANTIATE_TEST_SUITE_P(Bench, AnswerReaderTest, testing::Values(
    Row{"a body of known length",            "HTTP/1.1 201 Created\r\nContent-Length: 5\r\n\r\nhello", 201, "hello", true,  {}},
    Row{"an empty body is complete",         "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",           200, "",      true,  {}},
    Row{"header names in any case",          "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",           200, "ok",    true,  {}},
    Row{"half a body is not",                "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhell",       200, "hell",  false, {}},
    Row{"half a head says nothing",          "HTTP/1.1 200 OK\r\nContent-",                            0,   "",      false, {}},
    Row{"chunks are joined",                 kChunked + "3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n",    200, "abc0123456789", true, {}},
    Row{"without the last chunk it goes on", kChunked + "3\r\nabc\r\n",                                200, "abc",   false, {}},
    Row{"a chunk needs a size",              kChunked + "x\r\nabc\r\n",                                0,   "",      false, Code::data_loss},
    Row{"a length must be a number",         "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",           0,   "",      false, Code::data_loss},
    Row{"a length must be given",            "HTTP/1.1 200 OK\r\n\r\n",                                0,   "",      false, Code::data_loss},
    Row{"other protocols are refused",       "SSH-2.0-OpenSSH_9.2\r\n\r\n",                            0,   "",      false, Code::data_loss},
    Row{"nothing may follow unasked",        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab",         0,   "",      false, Code::data_loss}));

TEST(AnswerReader, ReadsTheNextAnswerAfterReset) {
    AnswerReader reader;
    ASSERT_TRUE(reader.feed(kChunked + "3\r\nabc\r\n0\r\n\r\n"));
    reader.reset();
    EXPECT_FALSE(reader.done());
    ASSERT_TRUE(reader.feed("HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno"));
    EXPECT_EQ(reader.status(), 404);
    EXPECT_EQ(reader.body(), "no");
}

TEST(AnswerReader, AStreamWhoseBeginningIsDroppedMayBeOfAnyLength) {
    AnswerReader reader;
    ASSERT_TRUE(reader.feed(kChunked));
    const std::string chunk = "100000\r\n" + std::string(1U << 20U, 'x') + "\r\n";
    for (int i = 0; i < 8; ++i) {
        ASSERT_TRUE(reader.feed(chunk)) << i;
        ASSERT_EQ(reader.body().size(), 1U << 20U);
        reader.drop(reader.body().size());
    }
    ASSERT_TRUE(reader.feed("0\r\n\r\n"));
    EXPECT_TRUE(reader.done());
}

TEST(AnswerReader, AnEndlessAnswerIsRefused) {
    AnswerReader reader;
    const std::string megabyte(1U << 20U, 'x');
    std::optional<Code> refused;
    for (int i = 0; i < 5 && !refused; ++i) {
        if (const auto fed = reader.feed(megabyte); !fed) refused = fed.error().code;
    }
    EXPECT_EQ(refused, Code::resource_exhausted);
}
}  // namespace
}  // namespace rondo::bench
