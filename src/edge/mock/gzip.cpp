#include "edge/mock/gzip.hpp"

#include <boost/crc.hpp>

#include <algorithm>
#include <cstdint>

namespace rondo::mock {
namespace {
constexpr std::size_t kBlock = 65'535;

void append_little(std::string& out, std::uint32_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> 8 * i & 255U);
}
}  // namespace

std::string gzip(std::string_view bytes) {
    std::string out{"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff", 10};  // deflate, no name, no time, unknown system
    boost::crc_32_type sum;
    sum.process_bytes(bytes.data(), bytes.size());
    const auto size = static_cast<std::uint32_t>(bytes.size());
    do {
        const auto block = bytes.substr(0, kBlock);
        bytes.remove_prefix(block.size());
        out += static_cast<char>(bytes.empty() ? 1 : 0);  // the last block, or one of several; stored
        append_little(out, static_cast<std::uint32_t>(block.size()), 2);
        append_little(out, ~static_cast<std::uint32_t>(block.size()), 2);
        out.append(block);
    } while (!bytes.empty());
    append_little(out, sum.checksum(), 4);
    append_little(out, size, 4);
    return out;
}
}  // namespace rondo::mock
