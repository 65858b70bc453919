#pragma once
#include "base/money.hpp"
#include "edge/mock/ask.hpp"

#include <boost/json/fwd.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// What reading the requests of both APIs shares. Pure.
namespace rondo::mock {
/// Counts a prompt's tokens and remembers the places up to which it may be cached.
class PromptMeter {
public:
    void add(std::string_view text);
    void mark();
    [[nodiscard]] Tokens tokens() const { return tokens_; }
    [[nodiscard]] std::uint64_t prefix() const { return hash_; }
    [[nodiscard]] std::vector<CacheMark> take_marks() { return std::move(marks_); }

private:
    std::uint64_t hash_{0};
    Tokens tokens_;
    std::vector<CacheMark> marks_;
};

/// The text of a content that is a string or an array of parts with `text` (or `content`) in them.
[[nodiscard]] std::string text_of(const boost::json::value& content);

/// Arguments for a tool with this JSON Schema: every required member, a text member filled with the first words of `message`.
[[nodiscard]] std::string arguments_for(const boost::json::value* schema, std::string_view message);

/// The member as a string; empty when absent or of another type.
[[nodiscard]] std::string string_member(const boost::json::object& object, std::string_view key);
[[nodiscard]] bool true_member(const boost::json::object& object, std::string_view key);
}  // namespace rondo::mock
