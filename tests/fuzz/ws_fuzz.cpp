// A WebSocket client's bytes: frames with and without permessage-deflate, offers in a handshake, and our own compression against itself.
#include "base/text/utf8.hpp"
#include "fuzz/fuzz.hpp"
#include "platform/net/web_socket_deflate.hpp"
#include "platform/net/web_socket_frame.hpp"
#include "platform/net/web_socket_offer.hpp"
#include "platform/net/web_socket_reader.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace rondo::fuzz {
namespace {
using net::WebSocketReader;
using Heard = WebSocketReader::Heard;
constexpr std::size_t kMaxMessage = 100'000;

/// As a session does, `piece` bytes at a time: what was heard, one text each.
std::vector<std::string> listen(std::string_view wire, std::size_t piece, bool deflate) {
    WebSocketReader reader{{.max_message = kMaxMessage, .deflate = deflate}};
    std::vector<std::string> all;
    while (!wire.empty()) {
        auto arrived = wire.substr(0, piece);
        wire.remove_prefix(arrived.size());
        for (Heard heard = reader.feed(arrived); heard != Heard::nothing; heard = reader.feed(arrived)) {
            const auto& closing = reader.closing();
            if (heard == Heard::message) {
                const auto message = reader.take_message();
                const bool is_text = message.kind == net::WebSocket::Kind::text;
                expect(message.data.size() <= kMaxMessage, "a message has a limit");
                expect(!is_text || text::valid_utf8(message.data), "a text is UTF-8");
                all.push_back((is_text ? "t" : "b") + message.data);
            } else if (heard == Heard::violation) {
                expect(closing.code == 1002 || closing.code == 1007 || closing.code == 1009, "a violation has its code");
                // An inflater that meets an error does not tell what came out just before: too long and broken may change places.
                all.push_back(deflate && closing.code != 1002 ? "v payload" : "v" + std::to_string(closing.code));
                return all;
            } else if (heard == Heard::close) {
                expect(closing.code == net::kNoCloseCode || net::valid_close_code(closing.code), "a close has a code that may be sent");
                expect(text::valid_utf8(closing.reason), "a reason is UTF-8");
                all.push_back("c" + std::to_string(closing.code) + closing.reason);
                return all;
            } else {
                expect(reader.control().size() <= net::kMaxControlBytes, "a control frame is short");
                all.push_back((heard == Heard::ping ? "p" : "q") + std::string{reader.control()});
            }
        }
    }
    return all;
}

/// What we compress is read as it was, however it is cut.
void compress(std::string_view data, int window_bits, std::size_t piece) {
    std::string packed;
    if (!net::deflate_message(data, window_bits, packed)) return;
    expect(packed.size() < data.size(), "compressed is shorter");
    std::string wire;
    net::append_frame_head(wire, net::Opcode::binary, packed.size(), true);
    wire[1] = static_cast<char>(wire[1] | 0x80);
    const net::Mask mask{'r', 'o', 'n', 'd'};
    wire.append(mask.data(), mask.size());
    std::string masked(packed.size(), '\0');
    net::unmask(masked.data(), packed, mask, 0);
    wire += masked;
    const auto heard = listen(wire, piece, true);
    const bool fits = data.size() <= kMaxMessage;
    expect(heard.size() == 1 && heard[0] == (fits ? "b" + std::string{data} : "v payload"), "what is compressed comes back");
}

/// Raw deflate from a stranger.
void inflate(std::string_view packed, std::size_t piece) {
    net::Inflater inflater;
    std::string out;
    for (; !packed.empty(); packed.remove_prefix(std::min(piece, packed.size()))) {
        const auto outcome = inflater.feed(packed.substr(0, piece), out, kMaxMessage);
        expect(out.size() <= kMaxMessage + (16U << 10U), "output is bounded");
        if (outcome != net::Inflater::Outcome::fine) return;
    }
    [[maybe_unused]] const auto ended = inflater.finish(out, kMaxMessage);
    expect(out.size() <= kMaxMessage + (16U << 10U), "output is bounded at the end too");
}

void offer(std::string_view header) {
    const auto offers = net::parse_extensions(header);
    if (!offers) return;
    const auto terms = net::accept_deflate(*offers);
    if (!terms) return;
    expect(terms->window_bits >= 8 && terms->window_bits <= 15, "a window is one the RFC knows");
    const auto answer = net::parse_extensions(terms->answer);
    expect(answer && net::accept_deflate(*answer).has_value(), "what we answer is itself well formed");
}
}  // namespace

/// The first byte says in how large pieces the rest arrives, and the window.
void run(std::string_view input) {
    const unsigned first = choice(input);
    const std::size_t piece = 1 + first % 64;
    for (const bool deflate : {false, true}) {
        const auto whole = listen(input, std::max<std::size_t>(input.size(), 1), deflate);
        expect(listen(input, piece, deflate) == whole, "what is heard does not depend on how bytes arrive");
    }
    compress(input, 8 + static_cast<int>(first % 8), piece);
    inflate(input, piece);
    offer(input);
}
}  // namespace rondo::fuzz
