#pragma once
#include "base/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace rondo::bench {
/// Reads HTTP/1.1 answers, one after the other, from bytes cut anywhere: as little of the protocol as keeps the driver's own
/// cost small. A body comes with Content-Length or in chunks; the connection must stay open.
class AnswerReader {
public:
    /// Errors: `data_loss` (no answer we understand, bytes after its end), `resource_exhausted` (longer than 4 MiB).
    [[nodiscard]] Status feed(std::string_view bytes);
    void reset();  ///< the next answer follows
    /// Forgets the first bytes of the body, so that a long stream is not kept.
    void drop(std::size_t bytes) { body_.erase(0, bytes); }

    [[nodiscard]] bool done() const { return part_ == Part::done; }
    [[nodiscard]] int status() const { return status_; }            ///< 0 until the head is complete
    [[nodiscard]] const std::string& body() const { return body_; }  ///< what has come so far

private:
    enum class Part { head, content, chunk_size, chunk, trailer, done };
    [[nodiscard]] Result<bool> step();  ///< false: needs more bytes
    [[nodiscard]] Status read_head(std::string_view head);
    /// The bytes up to the next `end`, which is passed over; null data when it has not come yet.
    [[nodiscard]] std::string_view take_until(std::string_view end);

    Part part_{Part::head};
    std::string buffer_;
    std::size_t at_{0};    // what of the buffer is read
    std::size_t left_{0};  // bytes to come of the content or the chunk
    int status_{0};
    std::string body_;
};
}  // namespace rondo::bench
