#pragma once
#include <string>
#include <string_view>

namespace rondo::mock {
/// `bytes` as a gzip member (RFC 1952) of stored blocks: not smaller, but gzip.
[[nodiscard]] std::string gzip(std::string_view bytes);
}  // namespace rondo::mock
