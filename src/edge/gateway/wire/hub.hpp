#pragma once
#include "base/obs/registry.hpp"
#include "edge/gateway/wire/subprotocol.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace rondo::gateway::wire {
/// All WebSockets of the server: how many there are of a key and of a session, whom to tell of a new configuration, what is measured.
/// Thread-safe. Outlives them.
class Hub {
public:
    /// Hears what concerns every connection. Called on any thread; must not block.
    class Listener {
    public:
        virtual ~Listener() = default;
        virtual void on_generation(std::uint64_t generation) = 0;
    };
    /// A place among those that share a limit, as long as it lives.
    class Place {
    public:
        Place() = default;
        Place(Place&& other) noexcept : hub_{std::exchange(other.hub_, nullptr)}, name_{std::move(other.name_)} {}
        Place& operator=(Place&& other) noexcept {
            std::swap(hub_, other.hub_);
            std::swap(name_, other.name_);
            return *this;
        }
        ~Place() {
            if (hub_) hub_->leave(name_);
        }

    private:
        friend class Hub;
        Place(Hub& hub, std::string name) : hub_{&hub}, name_{std::move(name)} {}
        Hub* hub_{nullptr};
        std::string name_;
    };
    /// What is counted of the connections of one protocol.
    struct Meter {
        obs::Gauge& connections;
        obs::Counter &frames_in, &frames_out, &bytes_in, &bytes_out;
    };
    explicit Hub(obs::Registry& registry);

    /// A place under that name; nullopt when `limit` have one.
    [[nodiscard]] std::optional<Place> enter(std::string name, int limit);
    /// Until it is gone, which needs no word.
    void listen(std::weak_ptr<Listener> listener);
    /// Another configuration is in force.
    void tell_generation(std::uint64_t generation);

    [[nodiscard]] const Meter& meter(Protocol protocol) const { return meters_[static_cast<std::size_t>(protocol)]; }
    void resumed(bool done) { (done ? resumes_ : resumes_refused_).add(); }
    void joined(std::uint64_t deltas) { deltas_joined_.add(static_cast<double>(deltas)); }
    void acknowledged(double seconds) { ack_seconds_.observe(seconds); }
    void closed(std::uint16_t code);

private:
    void leave(const std::string& name);

    obs::Registry& registry_;
    std::array<Meter, 3> meters_;
    obs::Counter &resumes_, &resumes_refused_, &deltas_joined_;
    obs::Histogram& ack_seconds_;
    std::mutex mutex_;  // guards what follows
    std::unordered_map<std::string, int> places_;
    std::vector<std::weak_ptr<Listener>> listeners_;
    std::size_t sweep_at_{64};  // that many listeners: look for those that are gone
};
}  // namespace rondo::gateway::wire
