#include "stream_meter.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace rondo::bench {
namespace {
constexpr std::string_view kRole = R"(data: {"choices":[{"delta":{"role":"assistant","content":""},"finish_reason":null}]})"
                                   "\n\n";
constexpr std::string_view kHello = R"(data: {"choices":[{"delta":{"content":"hello"},"finish_reason":null}]})"
                                    "\n\n";
constexpr std::string_view kQuote = R"(data: {"choices":[{"delta":{"content":"\"\\"},"finish_reason":null}]})"
                                    "\n\n";
constexpr std::string_view kStop = R"(data: {"choices":[{"delta":{},"finish_reason":"stop"}]})"
                                   "\n\n";
constexpr std::string_view kDone = "data: [DONE]\n\n";
constexpr std::string_view kError = R"(data: {"error":{"message":"gone"}})"
                                    "\n\n";

std::string joined(std::initializer_list<std::string_view> events) {
    std::string all;
    for (const auto event : events) all += event;
    return all;
}

struct Row {
    const char* claim;
    std::string body;
    std::size_t pieces, text_bytes;
    bool whole;
};

class StreamMeterTest : public testing::TestWithParam<Row> {};

TEST_P(StreamMeterTest, InOnePieceOrMany) {
    const Row& row = GetParam();
    for (const std::size_t size : {std::size_t{1}, std::size_t{13}, row.body.size()}) {
        StreamMeter meter;
        std::string waiting;
        for (std::size_t at = 0; at < row.body.size(); at += size) {
            waiting += row.body.substr(at, size);
            waiting.erase(0, meter.take(waiting));
        }
        EXPECT_EQ(meter.pieces(), row.pieces) << row.claim;
        EXPECT_EQ(meter.text_bytes(), row.text_bytes) << row.claim;
        EXPECT_EQ(meter.whole(), row.whole) << row.claim;
    }
}

INSTANTIATE_TEST_SUITE_P(Bench, StreamMeterTest, testing::Values(
    Row{"a stream that ends in order is whole",   joined({kRole, kHello, kHello, kStop, kDone}),  2, 10, true},
    Row{"an empty text is no piece",              joined({kRole, kStop, kDone}),                  0, 0,  true},
    Row{"an escaped quotation mark ends nothing", joined({kQuote, kStop, kDone}),                 1, 4,  true},
    Row{"without the terminator it is torn",      joined({kHello, kStop}),                        1, 5,  false},
    Row{"without a reason to finish, too",        joined({kHello, kDone}),                        1, 5,  false},
    Row{"an error in place of the end, too",      joined({kHello, kError}),                       1, 5,  false},
    Row{"nothing may follow the terminator",      joined({kHello, kStop, kDone, kHello}),         2, 10, false},
    Row{"half an event is not looked at",         joined({kHello, kHello.substr(0, 60)}),         1, 5,  false}));
}  // namespace
}  // namespace rondo::bench
