#pragma once
#include <boost/asio/ip/address.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <utility>

namespace rondo::net {
/// How many connections each peer has. A peer is an IPv4 address, or the 64 bits that name a network in IPv6, of which one
/// customer has the rest. Bounded by the connections there are. Thread-safe; must outlive its seats.
class PeerCounter {
public:
    /// One connection, as long as it lives.
    class Seat {
    public:
        Seat(PeerCounter& counter, std::uint64_t peer) : counter_{&counter}, peer_{peer}, taken_{counter.enter(peer)} {}
        Seat(Seat&& other) noexcept : counter_{std::exchange(other.counter_, nullptr)}, peer_{other.peer_}, taken_{other.taken_} {}
        Seat& operator=(Seat&&) = delete;
        ~Seat() {
            if (counter_) counter_->leave(peer_);
        }
        /// The peer's connections when this one came, it included.
        [[nodiscard]] std::size_t taken() const { return taken_; }

    private:
        PeerCounter* counter_;  // null once moved from
        std::uint64_t peer_;
        std::size_t taken_;
    };

    [[nodiscard]] Seat seat(const boost::asio::ip::address& address) { return {*this, peer_of(address)}; }
    [[nodiscard]] std::size_t peers() const {
        const std::lock_guard lock{mutex_};
        return connections_.size();
    }

private:
    [[nodiscard]] static std::uint64_t peer_of(const boost::asio::ip::address& address) {
        if (address.is_v4()) return address.to_v4().to_uint();
        const auto six = address.to_v6();
        if (six.is_v4_mapped()) return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, six).to_uint();
        std::uint64_t network = 0;
        for (std::size_t i = 0; i < 8; ++i) network = network << 8U | six.to_bytes()[i];
        return network;
    }
    std::size_t enter(std::uint64_t peer) {
        const std::lock_guard lock{mutex_};
        return ++connections_[peer];
    }
    void leave(std::uint64_t peer) {
        const std::lock_guard lock{mutex_};
        if (const auto found = connections_.find(peer); --found->second == 0) connections_.erase(found);
    }

    mutable std::mutex mutex_;
    std::map<std::uint64_t, std::size_t> connections_;  // ordered, so that nobody can choose addresses that collide
};
}  // namespace rondo::net
