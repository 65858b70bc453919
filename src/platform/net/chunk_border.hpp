#pragma once
#include <string_view>

namespace rondo::net {
/// True when the bytes before the first chunk's end are too few for Beast: once it has met a first chunk of size 0 it asserts that it is
/// given "0 CR LF CR LF" at least. Of anything else, however short, it says itself whether more is needed or nothing can make
/// it right. For both parsers; not after a chunk, where a line break comes first and there is always enough.
[[nodiscard]] inline bool awaits_last_chunk(std::string_view bytes) {
    return bytes.size() < 5 && bytes.starts_with('0') && bytes.find("\r\n") != bytes.npos;
}
}  // namespace rondo::net
