#include "talk/turn/fields.hpp"

#include "base/rng.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace rondo::turn {
namespace {
constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

TEST(Fields, NumbersReadBack) {
    for (const std::int64_t number : {kLeast, kLeast + 1, std::int64_t{-128}, std::int64_t{-1}, std::int64_t{0}, std::int64_t{1},
                                      std::int64_t{63}, std::int64_t{64}, std::int64_t{1} << 62, kMost}) {
        const std::string bytes = FieldWriter{}.number(number).take();
        FieldReader in{bytes};
        EXPECT_EQ(in.number(), number);
        EXPECT_TRUE(in.ok() && in.at_end());
    }
}

TEST(Fields, SmallNumbersOfEitherSignTakeOneByte) {
    for (std::int64_t number = -64; number < 64; ++number) EXPECT_EQ(FieldWriter{}.number(number).take().size(), 1U) << number;
    EXPECT_EQ(FieldWriter{}.number(kLeast).take().size(), 10U);
}

TEST(Fields, AnyRowReadsBackAndEveryCutIsSeen) {
    Rng rng{4};
    for (int round = 0; round < 200; ++round) {
        FieldWriter out;
        std::vector<std::pair<bool, std::string>> row;  // is it a text; its text or digits
        for (std::uint64_t i = 0, fields = rng.below(6) + 1; i < fields; ++i) {
            if (rng.below(2) == 0) {
                const auto number = static_cast<std::int64_t>(rng.next() >> rng.below(64));
                out.number(number);
                row.emplace_back(false, std::to_string(number));
            } else {
                std::string text;
                for (std::uint64_t n = rng.below(300); n > 0; --n) text += static_cast<char>(rng.next());
                out.text(text);
                row.emplace_back(true, text);
            }
        }
        const std::string bytes = out.take();
        for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
            FieldReader in{std::string_view{bytes}.substr(0, cut)};
            for (const auto& [is_text, value] : row) {
                const bool absent = in.at_end();
                const std::string read = is_text ? std::string{in.text()} : std::to_string(in.number());
                if (!in.ok()) break;
                EXPECT_EQ(read, absent ? (is_text ? "" : "0") : value);
            }
            if (cut == bytes.size()) EXPECT_TRUE(in.ok() && in.at_end());
        }
    }
}

struct Row {
    const char* claim;
    std::string bytes;
    bool ok;
};
class FieldReaderTest : public testing::TestWithParam<Row> {};
TEST_P(FieldReaderTest, Number) {
    FieldReader in{GetParam().bytes};
    (void)in.number();
    EXPECT_EQ(in.ok(), GetParam().ok) << GetParam().claim;
}
INSTANTIATE_TEST_SUITE_P(Fields, FieldReaderTest, testing::Values(
    Row{"an absent field is 0",                       "",                                    true},
    Row{"a number that is cut short",                 "\x80",                                false},
    Row{"64 bits fit",                                std::string(9, '\xff') + "\x01",       true},
    Row{"65 bits do not",                             std::string(9, '\xff') + "\x02",       false},
    Row{"eleven bytes do not",                        std::string(10, '\xff') + std::string(1, '\0'), false},
    Row{"ten bytes that want another",                std::string(10, '\xff'),               false}));

TEST(Fields, ATextLongerThanWhatIsThereIsCutShort) {
    for (const std::string& bytes : {std::string{"\x05"
                                                 "four"},
                                     std::string(9, '\xff') + "\x01"}) {
        FieldReader in{bytes};
        EXPECT_EQ(in.text(), "");
        EXPECT_FALSE(in.ok());
        EXPECT_TRUE(in.at_end()) << "a loop over it ends";
    }
}
}  // namespace
}  // namespace rondo::turn
