#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace rondo::turn {
/// A row of numbers and texts as bytes: unsigned LEB128 varints, texts behind their length. Journal bodies are written so:
/// projections read a few fields without parsing JSON. Fields may be added at the end; a reader takes absent ones as 0 or "".
class FieldWriter {
public:
    FieldWriter& number(std::int64_t value);  ///< zigzag, so small negatives stay small
    FieldWriter& text(std::string_view value);
    [[nodiscard]] std::string take() { return std::move(bytes_); }

private:
    void varint(std::uint64_t value);
    std::string bytes_;
};

class FieldReader {
public:
    explicit FieldReader(std::string_view bytes) : bytes_{bytes} {}
    std::int64_t number();
    std::string_view text();  ///< a view into the bytes
    [[nodiscard]] bool at_end() const { return bytes_.empty(); }
    [[nodiscard]] bool ok() const { return ok_; }  ///< false once a field was cut short or overlong

private:
    std::uint64_t varint();
    std::string_view bytes_;
    bool ok_{true};
};
}  // namespace rondo::turn
