#include "talk/turn/fields.hpp"

namespace rondo::turn {
void FieldWriter::varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>(value | 0x80);
    bytes_ += static_cast<char>(value);
}

FieldWriter& FieldWriter::number(std::int64_t value) {
    varint((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
    return *this;
}

FieldWriter& FieldWriter::text(std::string_view value) {
    varint(value.size());
    bytes_ += value;
    return *this;
}

std::uint64_t FieldReader::varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !bytes_.empty(); shift += 7) {
        const auto byte = static_cast<unsigned char>(bytes_.front());
        bytes_.remove_prefix(1);
        value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
        if (shift == 63 && byte > 1) ok_ = false;  // more than 64 bits
        if (byte < 0x80) return value;
        if (bytes_.empty()) ok_ = false;
    }
    return 0;
}

std::int64_t FieldReader::number() {
    const std::uint64_t raw = varint();
    return static_cast<std::int64_t>(raw >> 1) ^ -static_cast<std::int64_t>(raw & 1);
}

std::string_view FieldReader::text() {
    const std::uint64_t size = varint();
    if (size > bytes_.size()) {
        ok_ = false;
        bytes_ = {};
        return {};
    }
    const auto value = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return value;
}
}  // namespace rondo::turn
