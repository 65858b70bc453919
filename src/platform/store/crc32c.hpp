#pragma once
#include <cstdint>
#include <string_view>

namespace rondo::store {
/// CRC-32C (Castagnoli) of `bytes`, as in iSCSI and ext4. `before` continues an earlier result:
/// crc32c(b, crc32c(a)) == crc32c(a + b).
[[nodiscard]] std::uint32_t crc32c(std::string_view bytes, std::uint32_t before = 0) noexcept;
}  // namespace rondo::store
