#include "mind/guard/key_text.hpp"

#include <sodium.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <span>

namespace rondo::guard {
namespace {
constexpr std::string_view kAlphabet = "0123456789abcdefghjkmnpqrstvwxyz";

constexpr std::array<bool, 256> kInAlphabet = [] {
    std::array<bool, 256> in{};
    for (const char c : kAlphabet) in[static_cast<unsigned char>(c)] = true;
    return in;
}();

constexpr std::array<std::uint32_t, 256> kCrc = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < table.size(); ++i) {
        std::uint32_t c = i;
        for (int bit = 0; bit < 8; ++bit) c = (c & 1U) != 0 ? 0xEDB8'8320U ^ (c >> 1U) : c >> 1U;
        table[i] = c;
    }
    return table;
}();

std::uint32_t crc32(std::string_view text) noexcept {
    std::uint32_t c = 0xFFFF'FFFFU;
    for (const char ch : text) c = kCrc[(c ^ static_cast<unsigned char>(ch)) & 0xFFU] ^ (c >> 8U);
    return c ^ 0xFFFF'FFFFU;
}

/// The first `chars` groups of five bits, most significant first; what lies beyond the bytes is zero.
std::string base32(std::span<const std::uint8_t> bytes, std::size_t chars) {
    std::string text;
    text.reserve(chars);
    for (std::size_t i = 0; i < chars; ++i) {
        unsigned five = 0;
        for (std::size_t bit = i * 5; bit < i * 5 + 5; ++bit) {
            const unsigned one = bit / 8 < bytes.size() ? (bytes[bit / 8] >> (7 - bit % 8)) & 1U : 0U;
            five = five << 1U | one;
        }
        text += kAlphabet[five];
    }
    return text;
}

std::array<char, kChecksumChars> checksum(std::string_view text) noexcept {
    std::array<char, kChecksumChars> out{};
    std::uint32_t rest = crc32(text);
    for (std::size_t i = kChecksumChars; i-- > 0; rest >>= 5U) out[i] = kAlphabet[rest & 31U];
    return out;
}

template <class Bytes>
Bytes random_bytes() {
    static const bool ready = sodium_init() >= 0;
    if (!ready) std::abort();  // no source of randomness: nothing that follows could be kept secret
    Bytes bytes;
    randombytes_buf(bytes.data(), bytes.size());
    return bytes;
}
}  // namespace

SecretBytes random_secret() { return random_bytes<SecretBytes>(); }
KeyIdBytes random_key_id() { return random_bytes<KeyIdBytes>(); }

std::optional<KeyText> read_key(std::string_view text) noexcept {
    if (text.size() != kKeyChars || !text.starts_with(kKeyPrefix)) return std::nullopt;
    const auto id = text.substr(kKeyPrefix.size(), kKeyIdChars);
    const auto secret = text.substr(kKeyPrefix.size() + kKeyIdChars + 1, kSecretChars);
    const auto body = text.substr(0, kKeyChars - kChecksumChars - 1);
    const auto sum = text.substr(kKeyChars - kChecksumChars);
    if (text[kKeyPrefix.size() + kKeyIdChars] != '_' || text[body.size()] != '_') return std::nullopt;
    const auto known = [](char c) { return kInAlphabet[static_cast<unsigned char>(c)]; };
    if (!std::ranges::all_of(id, known) || !std::ranges::all_of(secret, known)) return std::nullopt;
    const auto right = checksum(body);
    if (!std::ranges::equal(sum, right)) return std::nullopt;
    return KeyText{id, secret};
}

std::string key_id(const KeyIdBytes& bytes) { return base32(bytes, kKeyIdChars); }

std::string write_key(std::string_view id, const SecretBytes& secret) {
    std::string text{kKeyPrefix};
    text.append(id).append("_").append(base32(secret, kSecretChars));
    const auto sum = checksum(text);
    return text.append("_").append(sum.data(), sum.size());
}
}  // namespace rondo::guard
