#include "base/rng.hpp"

#include <bit>
#include <random>
#include <unistd.h>

namespace rondo {
namespace {
std::uint64_t splitmix(std::uint64_t& state) noexcept {
    std::uint64_t z = (state += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}
}  // namespace

Rng::Rng(std::uint64_t seed) noexcept {
    for (auto& word : state_) word = splitmix(seed);
}

Rng Rng::from_entropy() {
    std::uint64_t seed = 0;
    // The kernel's generator costs one system call; random_device asks the processor's, which takes ten microseconds in many a virtual
    // machine.
    if (getentropy(&seed, sizeof seed) == 0) return Rng{seed};
    std::random_device device;
    return Rng{(std::uint64_t{device()} << 32) | device()};
}

std::uint64_t Rng::next() noexcept {
    const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
    const std::uint64_t t = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = std::rotl(state_[3], 45);
    return result;
}

std::uint64_t Rng::below(std::uint64_t bound) noexcept {
    return static_cast<std::uint64_t>((static_cast<unsigned __int128>(next()) * bound) >> 64);
}

double Rng::uniform() noexcept { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

std::uint64_t mix(std::uint64_t hash, std::uint64_t value) noexcept {
    std::uint64_t state = hash ^ (value + 0x9e3779b97f4a7c15ULL + (hash << 6) + (hash >> 2));
    return splitmix(state);
}
}  // namespace rondo
