#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// What an API key looks like: rk_<id>_<secret>_<checksum>, in the 32 characters of Crockford's alphabet, lower case.
///
/// The prefix and the checksum let a scanner find leaked keys and tell a typo from a wrong key without asking anybody.
namespace rondo::guard {
inline constexpr std::string_view kKeyPrefix = "rk_";
inline constexpr std::size_t kKeyIdChars = 12;     ///< 60 random bits: a name, not a secret
inline constexpr std::size_t kSecretChars = 52;    ///< 256 random bits and four zero bits
inline constexpr std::size_t kChecksumChars = 7;   ///< CRC-32 (IEEE 802.3) of everything before the last '_'
inline constexpr std::size_t kKeyChars = kKeyPrefix.size() + kKeyIdChars + 1 + kSecretChars + 1 + kChecksumChars;

using SecretBytes = std::array<std::uint8_t, 32>;
using KeyIdBytes = std::array<std::uint8_t, 8>;  ///< 60 bits of it are used

/// Bytes nobody can foresee, from libsodium.
[[nodiscard]] SecretBytes random_secret();
[[nodiscard]] KeyIdBytes random_key_id();

/// Views into the text that was read.
struct KeyText {
    std::string_view id, secret;
};
/// Nothing when the text is no key, or one with a typo. Looks at the text alone.
[[nodiscard]] std::optional<KeyText> read_key(std::string_view text) noexcept;

[[nodiscard]] std::string key_id(const KeyIdBytes& bytes);
[[nodiscard]] std::string write_key(std::string_view id, const SecretBytes& secret);
}  // namespace rondo::guard
