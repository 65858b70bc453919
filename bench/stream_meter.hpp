#pragma once
#include <cstddef>
#include <string_view>

namespace rondo::bench {
/// Follows a stream of chat completion chunks without reading its JSON: how much text it told, and whether it ended as it should.
class StreamMeter {
public:
    /// Takes the whole events at the beginning of what has come and not been taken yet. Returns their bytes.
    std::size_t take(std::string_view body);
    void reset() { *this = {}; }

    [[nodiscard]] std::size_t pieces() const { return pieces_; }      ///< events that told some text
    [[nodiscard]] std::size_t text_bytes() const { return text_; }    ///< of the text, as JSON escapes it
    [[nodiscard]] bool whole() const { return done_ && finished_; }   ///< a reason to finish, then the terminator, nothing after

private:
    void look_at(std::string_view event);
    std::size_t pieces_{0}, text_{0};
    bool finished_{false}, done_{false};
};
}  // namespace rondo::bench
