#include "platform/net/web_socket_deflate.hpp"

#include <boost/beast/zlib/deflate_stream.hpp>
#include <boost/beast/zlib/inflate_stream.hpp>

#include <algorithm>
#include <array>

namespace rondo::net {
namespace {
namespace zlib = boost::beast::zlib;
constexpr std::string_view kTail{"\x00\x00\xff\xff", 4};  // ends every flushed block and is not sent
constexpr std::size_t kStep = 16U << 10U;                 // output looked at before there is more
constexpr int kLevel = 6;
constexpr int kMemoryLevel = 5;
}  // namespace

class Inflater::Stream {
public:
    Outcome feed(std::string_view piece, std::string& out, std::size_t max_bytes) {
        while (!piece.empty()) {
            if (const auto outcome = inflate(piece, out, max_bytes); outcome != Outcome::fine) return outcome;
        }
        return Outcome::fine;
    }

    Outcome finish(std::string& out, std::size_t max_bytes) {
        if (at_ == At::start) return Outcome::fine;
        std::string_view tail = kTail;
        if (const auto outcome = inflate(tail, out, max_bytes); outcome != Outcome::fine) return outcome;
        return at_ == At::inside ? Outcome::broken : Outcome::fine;
    }

private:
    enum class At { start, inside, between_blocks };

    /// Takes all of `piece`, or what is before the end of a block that says it is the last. What follows such a block begins anew.
    Outcome inflate(std::string_view& piece, std::string& out, std::size_t max_bytes) {
        std::array<char, kStep> space;
        boost::beast::error_code ec;
        zlib::z_params step{};
        step.next_in = piece.data();
        step.avail_in = piece.size();
        do {
            step.next_out = space.data();
            step.avail_out = space.size();
            stream_.write(step, zlib::Flush::sync, ec);
            out.append(space.data(), space.size() - step.avail_out);
            if (out.size() > max_bytes) return Outcome::too_long;
        } while (!ec && (step.avail_in > 0 || step.avail_out == 0));
        at_ = (step.data_type & kBetweenBlocks) != 0 ? At::between_blocks : At::inside;
        std::size_t left = step.avail_in;
        if (ec == zlib::error::end_of_stream) {
            left += static_cast<std::size_t>(step.data_type & kUnusedBits) / 8;  // it may have looked a byte ahead
            stream_.reset(kWidest);
            at_ = At::start;
        } else if (ec && ec != zlib::error::need_buffers) {
            return Outcome::broken;
        }
        piece.remove_prefix(piece.size() - std::min(left, piece.size()));
        return Outcome::fine;
    }

    static constexpr int kWidest = 15;  // also reads what was made for a smaller window
    static constexpr int kUnusedBits = 63, kBetweenBlocks = 128;  // in data_type

    zlib::inflate_stream stream_;
    At at_{At::start};
};

Inflater::Inflater() : stream_{std::make_unique<Stream>()} {}
Inflater::~Inflater() = default;
Inflater::Inflater(Inflater&&) noexcept = default;
Inflater& Inflater::operator=(Inflater&&) noexcept = default;
Inflater::Outcome Inflater::feed(std::string_view piece, std::string& out, std::size_t max_bytes) {
    return stream_->feed(piece, out, max_bytes);
}
Inflater::Outcome Inflater::finish(std::string& out, std::size_t max_bytes) { return stream_->finish(out, max_bytes); }

bool deflate_message(std::string_view data, int window_bits, std::string& out) {
    zlib::deflate_stream deflate;
    // Deflate knows no window of 256 bytes: such a peer gets codes for single bytes only, which need no window.
    const auto strategy = window_bits < 9 ? zlib::Strategy::huffman : zlib::Strategy::normal;
    deflate.reset(kLevel, std::clamp(window_bits, 9, kDeflateWindowBits), kMemoryLevel, strategy);
    out.resize(data.size() + kTail.size());
    boost::beast::error_code ec;
    zlib::z_params step{};
    step.next_in = data.data();
    step.avail_in = data.size();
    step.next_out = out.data();
    step.avail_out = out.size();
    deflate.write(step, zlib::Flush::sync, ec);
    if (ec || step.avail_in > 0 || step.avail_out == 0) return false;
    out.resize(out.size() - step.avail_out);
    if (!out.ends_with(kTail)) return false;
    out.resize(out.size() - kTail.size());
    return out.size() < data.size();
}
}  // namespace rondo::net
