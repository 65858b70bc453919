#pragma once
#include "base/result.hpp"
#include "mind/guard/key_book.hpp"

#include <string>
#include <string_view>

/// Keys as the text of the file keys.json: records without secrets, hashes in hexadecimal, times in microseconds since 1970, UTC.
namespace rondo::guard {
inline constexpr std::size_t kMaxKeyFileBytes = 64U << 20U;

[[nodiscard]] std::string write_key_file(const KeyBook& book);
/// Errors: `data_loss` naming the place: keys that cannot all be read are not read at all.
[[nodiscard]] Result<KeyBook> read_key_file(std::string_view text, const Pepper& pepper);
}  // namespace rondo::guard
