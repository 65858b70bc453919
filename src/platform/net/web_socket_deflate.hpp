#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

/// The compression inside permessage-deflate (RFC 7692, section 7.2). Pure. No context is kept from one message to the next, so an idle
/// connection holds nothing of this.
namespace rondo::net {
/// Inflates one message that arrives piece by piece. About 10 KiB, and 32 KiB more once there is output.
class Inflater {
public:
    enum class Outcome {
        fine,
        broken,    ///< no deflated data
        too_long,  ///< `max_bytes` are passed, by at most 16 KiB
    };
    Inflater();
    ~Inflater();
    Inflater(Inflater&&) noexcept;
    Inflater& operator=(Inflater&&) noexcept;

    /// Appends what `piece` means to `out`, as far as that is known yet.
    [[nodiscard]] Outcome feed(std::string_view piece, std::string& out, std::size_t max_bytes);
    /// The message has ended; what ends in the middle of a block is broken.
    [[nodiscard]] Outcome finish(std::string& out, std::size_t max_bytes);

private:
    class Stream;
    std::unique_ptr<Stream> stream_;
};

/// The window of our own compressor: messages are small, and so is what is taken for a moment to compress one (40 KiB).
inline constexpr int kDeflateWindowBits = 12;
/// Longer messages go as they are: compressing one would keep its thread from everything else for too long.
inline constexpr std::size_t kDeflateAtMost = 256U << 10U;

/// Replaces `out` by `data` compressed for a peer with a window of 2^`window_bits` (8 to 15). False, and `out` worthless: it gains nothing.
[[nodiscard]] bool deflate_message(std::string_view data, int window_bits, std::string& out);
}  // namespace rondo::net
