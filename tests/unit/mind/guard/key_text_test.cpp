#include "mind/guard/key_text.hpp"

#include <gtest/gtest.h>

#include <string>

namespace rondo::guard {
namespace {
std::string sample() {
    SecretBytes secret;
    for (std::size_t i = 0; i < secret.size(); ++i) secret[i] = static_cast<std::uint8_t>(i * 7 + 1);
    return write_key(key_id({1, 2, 3, 4, 5, 6, 7, 8}), secret);
}

TEST(KeyText, AKeyReadsBack) {
    const std::string text = sample();
    const auto read = read_key(text);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->id, key_id({1, 2, 3, 4, 5, 6, 7, 8}));
    EXPECT_EQ(read->secret.size(), kSecretChars);
    EXPECT_TRUE(text.starts_with("rk_"));
}

TEST(KeyText, TheFormIsFixed) {
    // Keys of the first release must be read by every later one, and the checksum by scanners.
    EXPECT_EQ(sample(), "rk_041061050r3g_0440y5gx4gnk4ea08x75aq33d9rqgzw6hpa9q8n9p2vvxhectfd0_0qkvnem")
        << "changed on disk and in the wild";
}

TEST(KeyText, EverySingleTypoIsFound) {
    const std::string text = sample();
    for (std::size_t at = 0; at < text.size(); ++at) {
        for (const char c : {'0', '7', 'z', '_', 'A', '\0', '\xff'}) {
            if (text[at] == c) continue;
            std::string typo = text;
            typo[at] = c;
            EXPECT_FALSE(read_key(typo)) << at << " " << int(c);
        }
    }
    for (std::size_t size = 0; size < text.size(); ++size) EXPECT_FALSE(read_key(text.substr(0, size))) << size;
    EXPECT_FALSE(read_key(text + "0"));
    for (std::size_t at = 0; at + 1 < text.size(); ++at) {
        std::string swapped = text;
        std::swap(swapped[at], swapped[at + 1]);
        if (swapped != text) EXPECT_FALSE(read_key(swapped)) << "neighbours swapped at " << at;
    }
}

TEST(KeyText, SecretsDiffer) {
    EXPECT_NE(random_secret(), random_secret());
    EXPECT_NE(random_key_id(), random_key_id());
}
}  // namespace
}  // namespace rondo::guard
