#include "support/talker.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

namespace rondo::support {
namespace {
using gateway::wire::Encoding;
using Kind = net::WebSocket::Kind;

Frame parse(std::string_view json) {
    auto frame = gateway::wire::decode(Encoding::json, json);
    if (!frame) throw std::logic_error{fmt::format("no frame: {} in {}", frame.error().message, json)};
    return std::move(*frame);
}
}  // namespace

Talker::Talker(Loop& loop, std::uint16_t port, Options options)
    : encoding_{options.protocol == "rondo.v1.json" ? Encoding::json : Encoding::pb},
      socket_{loop, port, {.target = "/api/v1/ws" + options.query, .protocols = options.protocol, .headers = std::move(options.headers)}} {
    if (socket_.status() != 101) throw std::runtime_error{fmt::format("no WebSocket: {} {}", socket_.status(), socket_.body())};
}

void Talker::say(std::string_view frame_json) {
    const Kind kind = encoding_ == Encoding::json ? Kind::text : Kind::binary;
    socket_.send({kind, gateway::wire::encode(encoding_, parse(frame_json))});
}

std::optional<Frame> Talker::next() {
    const auto message = socket_.receive();
    if (!message) return std::nullopt;
    auto frame = gateway::wire::decode(message->kind == Kind::text ? Encoding::json : Encoding::pb, message->data);
    if (!frame) throw std::runtime_error{"the server sent what is no frame"};
    return std::move(*frame);
}

std::vector<Frame> Talker::until(const std::function<bool(const Frame&)>& last) {
    std::vector<Frame> heard;
    for (;;) {
        auto frame = next();
        if (!frame) throw std::runtime_error{fmt::format("the connection ended with {} before that frame", socket_.close_code())};
        heard.push_back(std::move(*frame));
        if (last(heard.back())) return heard;
    }
}

Frame Talker::ask(std::string_view command_json, std::vector<Frame>* heard) {
    Frame command = parse(command_json);
    if (command.id() == 0) command.set_id(++last_id_);
    const std::uint32_t id = command.id();
    say(gateway::wire::encode(Encoding::json, command));
    auto frames = until([id](const Frame& frame) { return frame.id() == id; });
    Frame answer = std::move(frames.back());
    frames.pop_back();
    if (heard) heard->insert(heard->end(), frames.begin(), frames.end());
    return answer;
}

std::vector<Frame> Talker::converse(std::string_view command_json) {
    bool done = false, used = false;
    say(command_json);
    return until([&](const Frame& frame) {
        if (frame.has_refused()) throw std::runtime_error{"refused: " + text_of(frame)};
        done |= frame.has_done();
        used |= frame.has_usage();
        return done && used;
    });
}

std::uint16_t Talker::ending(std::vector<Frame>* heard) {
    while (auto frame = next()) {
        if (heard) heard->push_back(std::move(*frame));
    }
    return socket_.close_code();
}

std::string text_of(const Frame& frame) { return gateway::wire::encode(Encoding::json, frame); }

std::vector<std::string> story_of(const std::vector<Frame>& frames) {
    std::vector<std::string> story;
    std::string said;
    std::uint32_t epoch = 0;
    const auto close = [&] {
        if (!said.empty()) story.push_back("delta " + std::exchange(said, {}));
    };
    for (Frame frame : frames) {
        if (frame.seq() == 0) continue;
        if (frame.epoch() != 0) epoch = frame.epoch();
        if (frame.has_delta()) {
            if (frame.delta().seam()) close();
            said += frame.delta().text();
            continue;
        }
        close();
        if (frame.has_accepted()) frame.mutable_accepted()->clear_user_message();  // the one who said it is not told
        const auto place = fmt::format("{}.{}", epoch, frame.seq());
        frame.clear_epoch();
        frame.clear_seq();
        story.push_back(place + " " + text_of(frame));
    }
    close();
    return story;
}

std::string answer_of(const std::vector<Frame>& frames) {
    std::string answer;
    for (const Frame& frame : frames) {
        if (frame.has_restarted()) answer.clear();
        if (frame.has_delta()) answer += frame.delta().text();
    }
    return answer;
}

Place place_of(const std::vector<Frame>& frames, Place before) {
    for (const Frame& frame : frames) {
        if (frame.seq() == 0) continue;
        if (frame.epoch() != 0) before.epoch = frame.epoch();
        before.seq = frame.seq();
    }
    return before;
}
}  // namespace rondo::support
