#include "platform/files/read_file.hpp"

#include <fmt/format.h>

#include <fstream>

namespace rondo::files {
Result<std::string> read_file(const std::filesystem::path& file, std::size_t max_bytes) {
    std::ifstream in{file, std::ios::binary};
    if (!in) return fail(Code::not_found, fmt::format("cannot read {}", file.string()));
    std::string bytes;
    char block[1U << 16U];
    while (in.read(block, sizeof block) || in.gcount() > 0) {
        bytes.append(block, static_cast<std::size_t>(in.gcount()));
        if (bytes.size() > max_bytes)
            return fail(Code::resource_exhausted, fmt::format("{} has more than {} bytes", file.string(), max_bytes));
    }
    if (in.bad()) return fail(Code::unavailable, fmt::format("cannot read {}", file.string()));
    return bytes;
}
}  // namespace rondo::files
