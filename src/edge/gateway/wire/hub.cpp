#include "edge/gateway/wire/hub.hpp"

#include <google/protobuf/stubs/logging.h>

#include <algorithm>
#include <utility>

namespace rondo::gateway::wire {
namespace {
Hub::Meter make_meter(obs::Registry& registry, Protocol protocol) {
    const std::string word{name(protocol)};
    const auto counter = [&](const char* metric, const char* help, const char* direction) -> obs::Counter& {
        return registry.counter(metric, help, {{"protocol", word}, {"direction", direction}});
    };
    constexpr const char* kFrames = "Messages of WebSockets.";
    constexpr const char* kBytes = "Bytes of these messages, before compression.";
    return {.connections = registry.gauge("rondo_ws_connections", "Open WebSockets.", {{"protocol", word}}),
            .frames_in = counter("rondo_ws_frames_total", kFrames, "in"),
            .frames_out = counter("rondo_ws_frames_total", kFrames, "out"),
            .bytes_in = counter("rondo_ws_bytes_total", kBytes, "in"),
            .bytes_out = counter("rondo_ws_bytes_total", kBytes, "out")};
}
}  // namespace

Hub::Hub(obs::Registry& registry)
    : registry_{registry},
      meters_{make_meter(registry, Protocol::pb), make_meter(registry, Protocol::json), make_meter(registry, Protocol::envelope)},
      resumes_{registry.counter("rondo_ws_resumes_total", "Bindings of WebSockets to sessions.", {{"result", "ok"}})},
      resumes_refused_{registry.counter("rondo_ws_resumes_total", "Bindings of WebSockets to sessions.", {{"result", "refused"}})},
      deltas_joined_{registry.counter("rondo_ws_deltas_joined_total", "Deltas that travelled in the frame of another one.")},
      ack_seconds_{
          registry.histogram("rondo_ws_ack_seconds", "From an event's sending to the client's acknowledgement.", obs::fine_seconds())} {
    // What protobuf thinks of a stranger's bytes is told to the stranger, not to stderr, which they could fill.
    google::protobuf::SetLogHandler(nullptr);
}

std::optional<Hub::Place> Hub::enter(std::string name, int limit) {
    const std::scoped_lock lock{mutex_};
    int& taken = places_[name];
    if (taken >= limit) return std::nullopt;
    ++taken;
    return Place{*this, std::move(name)};
}

void Hub::leave(const std::string& name) {
    const std::scoped_lock lock{mutex_};
    const auto found = places_.find(name);
    if (found != places_.end() && --found->second == 0) places_.erase(found);
}

void Hub::listen(std::weak_ptr<Listener> listener) {
    const std::scoped_lock lock{mutex_};
    if (listeners_.size() >= sweep_at_) {
        std::erase_if(listeners_, [](const auto& one) { return one.expired(); });
        sweep_at_ = std::max<std::size_t>(64, 2 * listeners_.size());
    }
    listeners_.push_back(std::move(listener));
}

void Hub::tell_generation(std::uint64_t generation) {
    std::vector<std::weak_ptr<Listener>> listeners;
    {
        const std::scoped_lock lock{mutex_};
        listeners = listeners_;
    }
    for (const auto& weak : listeners) {
        if (const auto listener = weak.lock()) listener->on_generation(generation);
    }
}

void Hub::closed(std::uint16_t code) {
    registry_.counter("rondo_ws_closed_total", "WebSockets that ended, by close code.", {{"code", std::to_string(code)}}).add();
}
}  // namespace rondo::gateway::wire
