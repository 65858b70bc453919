// A peer's bytes: requests one after the other, then each body as the API reads it.
#include "base/json.hpp"
#include "edge/gateway/codec.hpp"
#include "fuzz/fuzz.hpp"
#include "platform/net/request_parser.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace rondo::fuzz {
namespace {
constexpr std::size_t kMaxBody = 1U << 20U;

struct Heard {
    std::vector<std::string> requests;  ///< each as one text
    std::vector<std::string> bodies;
    std::string refusal;                ///< the reason the connection ended with
    bool operator==(const Heard&) const = default;
};

std::string shown(const net::Request& request) {
    std::string text = std::to_string(static_cast<int>(request.method)) + " " + request.target + " " + (request.keep_alive ? "k" : "c");
    for (const auto& header : request.headers) text += "\n" + header.name + ": " + header.value;
    return text + "\n\n" + request.body;
}

/// As a connection does: `piece` bytes arrive at a time, what the parser leaves is given again with more behind it.
Heard listen(std::string_view wire, std::size_t piece) {
    Heard heard;
    net::RequestParser parser{{}};
    std::string waiting;
    bool limited = false;
    while (!wire.empty()) {
        const auto arrived = wire.substr(0, piece);
        wire.remove_prefix(arrived.size());
        waiting += arrived;
        for (;;) {
            const auto used = parser.feed(waiting);
            if (!used) {
                heard.refusal = used.error().reason;
                expect(used.error().code == Code::invalid_argument && !heard.refusal.empty(), "a refusal has a reason");
                return heard;
            }
            expect(*used <= waiting.size(), "no more is consumed than was given");
            waiting.erase(0, *used);
            if (parser.state() >= net::RequestParser::State::body && !std::exchange(limited, true)) {
                if (const auto fits = parser.limit_body(kMaxBody); !fits) {
                    heard.refusal = fits.error().reason;
                    return heard;
                }
            }
            if (parser.state() == net::RequestParser::State::done) {
                heard.requests.push_back(shown(parser.request()));
                heard.bodies.push_back(parser.request().body);
                parser.next();
                limited = false;
                if (waiting.empty()) break;
            } else if (*used == 0 || waiting.empty()) {
                break;
            }
        }
    }
    return heard;
}

void read_body(std::string_view body) {
    if (const auto parsed = json::parse(body)) {
        const std::string written = json::write(*parsed);
        const auto again = json::parse(written);
        expect(again.has_value(), "what is written can be read");
        expect(json::write(*again) == written, "and is written the same again");
    }
    if (const auto turn = gateway::turn_request(body, "s", "k")) {
        expect(turn->user_message.size() <= gateway::kMaxMessageBytes, "a message has a limit");
        expect(turn->message_id.empty() || valid_id(turn->message_id), "an id is an id");
    }
    if (const auto session = gateway::session_request(body)) { expect(session->id.empty() || valid_id(session->id), "an id is an id"); }
    if (const auto feedback = gateway::feedback_request(body)) {
        expect(feedback->rating >= 1 && feedback->rating <= 5, "a rating is 1 to 5");
        expect(json::parse(feedback->signals).has_value(), "signals are kept as JSON");
    }
}
}  // namespace

/// The first byte says in how large pieces the rest arrives.
void run(std::string_view input) {
    const std::size_t piece = 1 + choice(input) % 64;
    const Heard whole = listen(input, std::max<std::size_t>(input.size(), 1));
    expect(listen(input, piece) == whole, "requests do not depend on how their bytes arrive");
    for (const auto& body : whole.bodies) read_body(body);
    read_body(input);  // so that the fuzzer need not find a whole request first
}
}  // namespace rondo::fuzz
