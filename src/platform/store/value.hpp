#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace rondo::store {
/// Bytes stored as a BLOB, so that they cannot be mistaken for text.
struct BlobValue {
    std::string bytes;
    bool operator==(const BlobValue&) const = default;
};

/// What a statement's parameter or a row's column may hold.
using Value = std::variant<std::nullptr_t, std::int64_t, double, std::string, BlobValue>;

/// The text of a statement: a literal, never built at run time. So nothing can be injected, and a statement is prepared
/// once per connection and found again by its address.
class Sql {
public:
    // NOLINTNEXTLINE(google-explicit-constructor): a literal is the statement
    consteval Sql(const char* text) : text_{text} {}
    [[nodiscard]] const char* text() const noexcept { return text_; }

private:
    const char* text_;
};

/// One row of a result. Asking a column for a type it does not hold gives 0 or "" (SQLite's columns are dynamically typed).
class Row {
public:
    explicit Row(std::vector<Value> columns) : columns_{std::move(columns)} {}

    [[nodiscard]] std::size_t size() const noexcept { return columns_.size(); }
    [[nodiscard]] bool is_null(std::size_t i) const { return std::holds_alternative<std::nullptr_t>(columns_.at(i)); }
    [[nodiscard]] std::int64_t integer(std::size_t i) const {
        const auto* value = std::get_if<std::int64_t>(&columns_.at(i));
        return value != nullptr ? *value : 0;
    }
    [[nodiscard]] double real(std::size_t i) const {
        const auto* value = std::get_if<double>(&columns_.at(i));
        return value != nullptr ? *value : static_cast<double>(integer(i));
    }
    [[nodiscard]] const std::string& text(std::size_t i) const {
        const auto* value = std::get_if<std::string>(&columns_.at(i));
        return value != nullptr ? *value : kEmpty;
    }
    [[nodiscard]] const std::string& blob(std::size_t i) const {
        const auto* value = std::get_if<BlobValue>(&columns_.at(i));
        return value != nullptr ? value->bytes : kEmpty;
    }

private:
    static inline const std::string kEmpty;
    std::vector<Value> columns_;
};
}  // namespace rondo::store
